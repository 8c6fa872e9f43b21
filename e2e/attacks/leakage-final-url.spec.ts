import type { Visitor } from '../browser-client.ts'
import { disconnect } from '../disconnect.ts'
import { expect, test } from '../fixtures.ts'
import { approve, connect, requestStart, start, visitCallback } from '../flow.ts'
import type { Rule } from '../stand-in/scripted/rules.ts'

const oauthError = (error: string): Rule => ({
  endpoint: 'token',
  status: 400,
  body: JSON.stringify({ error, error_description: 'AT_cnry_description' }),
})

/** How attempts end, each at `/activity`. */
const ends: Record<string, Rule[]> = {
  success: [],
  'access denied': [{ endpoint: 'authorize', merge: { error: 'access_denied' } }],
  'an error and a description': [
    { endpoint: 'authorize', merge: { error: 'x', error_description: 'CODE_cnry_description' } },
  ],
  'a foreign issuer': [{ endpoint: 'authorize', merge: { iss: 'https://evil.test' } }],
  'no code': [{ endpoint: 'authorize', omit: ['code'] }],
  'a refused code': [oauthError('invalid_grant')],
  'a wrong client': [oauthError('invalid_client')],
  'a broken token endpoint': [{ endpoint: 'token', status: 500, body: 'AT_cnry_page' }],
  'a web page': [{ endpoint: 'token', template: 'html' }],
  'a dropped answer': [{ endpoint: 'token', drop_after_processing: true }],
  'no identity': [{ endpoint: 'userinfo', status: 500 }],
}

const allowed = ['integration', 'status', 'error']

for (const [name, rules] of Object.entries(ends))
  test(`RU-23 ${name}: the final URL says how it ended, and nothing else`, async ({
    alice,
    world,
  }) => {
    for (const rule of rules) world.providers.acme.ctl(rule)
    const { authorizationUrl, state } = await start(alice, 'acme', '/activity')
    const callback = await approve(authorizationUrl)
    const answer = await visitCallback(alice, callback)
    const { location } = answer
    expect(location?.pathname).toBe('/activity')
    expect([...(location?.searchParams.keys() ?? [])].filter(isNotAllowed)).toEqual([])
    const secrets = [state, callback.searchParams.get('code') ?? state, 'acme_ann', 'auth0|alice']
    expectWithout(answer.headers.location ?? '', [...secrets, 'cnry', 'alice', ...sent(alice)])
  })

test('RU-23 refusals at start and of unknown responses tell nothing either', async ({
  alice,
  stranger,
}) => {
  const { state } = await start(alice)
  const query = `code=CODE_cnry_x&state=${state}`
  const answers = [
    await stranger.get(`/api/integrations/acme/callback?${query}`),
    await alice.get(`/api/integrations/plain/callback?${query}`),
    await alice.get(`/api/integrations/acme/callback?${query}&access_token=AT_cnry_x`),
    await requestStart({ visitor: alice, query: { scope: 'AT_cnry_x' } }),
    await requestStart({ visitor: alice, returnTo: 'https://evil.test/?x=AT_cnry_x' }),
  ]
  for (const { headers, location } of answers) {
    expect([...(location?.searchParams.keys() ?? [])].filter(isNotAllowed)).toEqual([])
    expectWithout(headers.location ?? '', [state, 'cnry', 'alice'])
  }
})

test('RU-25 every redirect is a 302 or a 303', async ({ alice, stranger }) => {
  await connect(alice)
  expect((await disconnect(alice)).outcome).toBe('revoked')
  await stranger.get('/api/integrations/acme/start')
  await alice.get('/api/integrations/nobody/start')
  await alice.get('/api/integrations/acme/start')
  await alice.get('/api/integrations/acme/callback')
  const redirects = [...alice.answers, ...stranger.answers].filter(({ url, location }) => {
    return location && (url.pathname.startsWith('/api/') || url.pathname === '/integrations/acme')
  })
  expect(redirects.length).toBeGreaterThanOrEqual(7)
  for (const { method, url, status } of redirects)
    expect([302, 303], `${method} ${url.pathname}`).toContain(status)
})

test('RU-25 a POST is answered with 405, and its body never leaves the app', async ({
  alice,
  stranger,
  world,
}) => {
  const post = {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'secret=1',
  }
  for (const route of ['start', 'callback'])
    expect((await alice.get(`/api/integrations/acme/${route}`, post)).status).toBe(405)
  for (const path of [
    ...['/integrations', '/integrations/acme', '/integrations/connect/acme', '/activity'],
    ...['/auth/login', '/auth/logout', '/auth/callback'],
  ])
    for (const visitor of [alice, stranger]) {
      // As a browser does with a 307 or a 308: the same method and the same body.
      let answer = await visitor.get(path, post)
      while (answer.location && [307, 308].includes(answer.status)) {
        expect(answer.location.origin, `${visitor.name} ${path}`).toBe(world.appUrl)
        answer = await visitor.get(answer.location, post)
      }
      expect([301, 302], `${visitor.name} ${path}`).not.toContain(answer.status)
    }
})

function isNotAllowed(name: string): boolean {
  return !allowed.includes(name)
}

function expectWithout(text: string, secrets: readonly string[]): void {
  for (const secret of secrets) {
    expect(text).not.toContain(secret)
    expect(text).not.toContain(encodeURIComponent(secret))
  }
}

/** The values of this browser's cookies, the transaction and its verifier among them. */
function sent({ jar }: Visitor): string[] {
  return jar.all().map(({ value }) => value)
}
