import type { Party } from '../party.ts'
import { decideAtSite, endAtSite, siteEntry } from './site.ts'

export const mcpSdk: Party = {
  id: 'mcp-sdk',
  packages: ['@modelcontextprotocol/sdk'],
  docs: 'https://github.com/modelcontextprotocol/typescript-sdk',
  entry: (url) => ({
    authorization_endpoint: `${url}/authorize`,
    token_endpoint: `${url}/token`,
    revocation_endpoint: `${url}/revoke`,
    userinfo_endpoint: `${url}/api/me`,
    ...siteEntry(url),
  }),
  // Its issuer ends with a slash.
  metadata: (url) => ({
    discovery: `${url}/`,
    userinfo_endpoint: `${url}/api/me`,
    ...siteEntry(url),
  }),
  decide: decideAtSite,
  end: endAtSite,
  api: 'me',
}
