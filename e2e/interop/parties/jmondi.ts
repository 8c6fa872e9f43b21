import type { Party } from '../party.ts'
import { decideAtSite, endAtSite, siteEntry } from './site.ts'

export const jmondi: Party = {
  id: 'jmondi',
  packages: ['@jmondi/oauth2-server'],
  docs: 'https://tsoauth2server.com/docs/getting_started/',
  entry: (url) => ({
    authorization_endpoint: `${url}/authorize`,
    token_endpoint: `${url}/token`,
    revocation_endpoint: `${url}/token/revoke`,
    userinfo_endpoint: `${url}/api/me`,
    ...siteEntry(url),
  }),
  decide: decideAtSite,
  end: endAtSite,
  api: 'me',
  cannot: { 'expired code': 'its codes are signed, with their end inside: none ends sooner' },
}
