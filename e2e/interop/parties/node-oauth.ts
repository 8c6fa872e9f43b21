import type { Party } from '../party.ts'
import { decideAtSite, endAtSite, siteEntry } from './site.ts'

export const nodeOauth: Party = {
  id: 'node-oauth',
  packages: ['@node-oauth/oauth2-server'],
  docs: 'https://node-oauthoauth2-server.readthedocs.io/en/master/guide/model.html',
  entry: (url) => ({
    authorization_endpoint: `${url}/authorize`,
    token_endpoint: `${url}/token`,
    userinfo_endpoint: `${url}/api/me`,
    token_endpoint_auth_method: 'client_secret_basic',
    ...siteEntry(url),
  }),
  decide: decideAtSite,
  end: endAtSite,
  api: 'me',
}
