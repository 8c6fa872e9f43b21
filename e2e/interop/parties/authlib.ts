import type { Entry, Party } from '../party.ts'
import { decideAtSite, endAtSite } from './site.ts'

export const authlib: Party = {
  id: 'authlib',
  packages: ['python3-authlib', 'python3-flask'],
  needs: {
    file: '/usr/lib/python3/dist-packages/authlib/integrations/flask_oauth2',
    debian: ['python3-authlib', 'python3-flask'],
  },
  setUp: { program: '/usr/bin/python3', file: 'flask_authlib.py' },
  docs: 'https://docs.authlib.org/en/v1.2.0/flask/2/authorization-server.html',
  entry: (url) => ({
    issuer: url,
    authorization_endpoint: `${url}/oauth/authorize`,
    token_endpoint: `${url}/oauth/token`,
    revocation_endpoint: `${url}/oauth/revoke`,
    userinfo_endpoint: `${url}/api/me`,
    ...common(url),
  }),
  metadata: (url) => ({ discovery: url, ...common(url) }),
  decide: decideAtSite,
  end: endAtSite,
  api: 'me',
}

function common(
  url: string,
): Pick<Entry, 'scope' | 'account' | 'api' | 'token_endpoint_auth_method'> {
  return {
    token_endpoint_auth_method: 'client_secret_basic',
    scope: ['openid', 'profile'],
    account: { id: 'sub', label: 'name' },
    api: [`${url}/api/`],
  }
}
