import type { Visitor } from '../../browser-client.ts'
import { postJson, visit } from '../forms.ts'
import type { Entry, Party, UserDecision } from '../party.ts'

export const betterAuth: Party = {
  id: 'better-auth',
  packages: ['better-auth', '@better-auth/oauth-provider'],
  docs: 'https://better-auth.com/docs/plugins/oauth-provider',
  entry: (url) => ({
    issuer: `${url}/api/auth`,
    iss_parameter_supported: true,
    authorization_endpoint: `${url}/api/auth/oauth2/authorize`,
    token_endpoint: `${url}/api/auth/oauth2/token`,
    revocation_endpoint: `${url}/api/auth/oauth2/revoke`,
    userinfo_endpoint: `${url}/api/auth/oauth2/userinfo`,
    ...common(url),
  }),
  metadata: (url) => ({ discovery: `${url}/api/auth`, ...common(url) }),
  decide,
  end: (browser: Visitor, url: string) => postJson(browser, `${url}/connections/end`, {}),
  api: 'userinfo',
}

function common(url: string): Pick<Entry, 'scope' | 'account' | 'api'> {
  return {
    scope: ['openid', 'profile', 'email', 'offline_access'],
    account: { id: 'sub', label: 'name' },
    api: [`${url}/api/auth/oauth2/`],
  }
}

/** Its pages are the site's own; what they call is its API, with the query that they were given. */
async function decide({ browser, url, authorizationUrl, person, decision }: UserDecision) {
  const signIn = { email: `${person}@example.com`, password: 'correct horse' }
  await postJson(browser, `${url}/api/auth/sign-in/email`, signIn)
  const asked = await visit(browser, authorizationUrl)
  // Whoever has allowed it once is not asked again.
  if (!asked.location?.pathname.startsWith('/consent')) return asked
  const answer = await postJson(browser, `${url}/api/auth/oauth2/consent`, {
    accept: decision === 'allow',
    oauth_query: asked.location.search.slice(1),
  })
  const { url: back, redirect_uri } = JSON.parse(answer.body)
  return { ...answer, location: new URL(back ?? redirect_uri) }
}
