import type { Visitor } from '../../browser-client.ts'
import { postJson, visit } from '../forms.ts'
import type { Entry, Party, UserDecision } from '../party.ts'

export const glewlwyd: Party = {
  id: 'glewlwyd',
  packages: ['glewlwyd'],
  needs: { file: '/usr/bin/glewlwyd', debian: ['glewlwyd'] },
  docs: 'https://babelouest.github.io/glewlwyd/docs/OIDC.html',
  entry: (url) => ({
    issuer: `${url}/api/oidc`,
    iss_parameter_supported: true,
    authorization_endpoint: `${url}/api/oidc/auth`,
    token_endpoint: `${url}/api/oidc/token`,
    revocation_endpoint: `${url}/api/oidc/revoke`,
    userinfo_endpoint: `${url}/api/oidc/userinfo`,
    ...common(url),
  }),
  metadata: (url) => ({
    discovery: `${url}/api/oidc`,
    require_pushed_authorization_requests: true,
    ...common(url),
  }),
  decide,
  end,
  api: 'userinfo',
  codeLifeS: 20,
  cannot: {
    'user denies': 'its page has no such button: without any tick it still gives a code',
    'wrong client secret at refresh': 'it ends a refresh token that comes with a wrong secret',
  },
}

function common(url: string): Pick<Entry, 'scope' | 'account' | 'api'> {
  return {
    scope: ['openid', 'profile', 'email'],
    account: { id: 'sub', label: 'name' },
    api: [`${url}/api/oidc/`],
  }
}

/** What the scripts of its login page do. */
async function decide({ browser, url, authorizationUrl, person }: UserDecision) {
  const page = await visit(browser, authorizationUrl)
  const asked = page.location?.searchParams
  const [back, client] = [asked?.get('callback_url'), asked?.get('client_id')]
  if (!back || !client) return page
  const credentials = { username: person, password: 'correct horse' }
  await postJson(browser, `${url}/api/auth/`, credentials)
  const granted = { scope: asked?.get('scope') ?? '' }
  await postJson(browser, `${url}/api/auth/grant/${client}`, granted, 'PUT')
  return visit(browser, `${back}&g_continue`)
}

/** On its profile page: every session of an app is disabled by itself. */
async function end(browser: Visitor, url: string) {
  const list = await browser.get(`${url}/api/oidc/token`)
  const tokens: { token_hash: string; enabled: boolean }[] = JSON.parse(list.body)
  for (const { token_hash, enabled } of tokens)
    if (enabled) {
      const one = `${url}/api/oidc/token/${encodeURIComponent(token_hash)}`
      await browser.get(one, { method: 'DELETE' })
    }
  return list
}
