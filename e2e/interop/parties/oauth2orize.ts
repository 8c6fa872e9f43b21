import type { Party } from '../party.ts'
import { decideAtSite, endAtSite, siteEntry } from './site.ts'

export const oauth2orize: Party = {
  id: 'oauth2orize',
  packages: ['oauth2orize', 'passport'],
  docs: 'https://github.com/jaredhanson/oauth2orize',
  entry: (url) => ({
    authorization_endpoint: `${url}/dialog/authorize`,
    token_endpoint: `${url}/token`,
    userinfo_endpoint: `${url}/api/me`,
    token_endpoint_auth_method: 'client_secret_basic',
    ...siteEntry(url),
  }),
  decide: decideAtSite,
  end: endAtSite,
  api: 'me',
}
