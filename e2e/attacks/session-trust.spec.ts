import { generateSessionCookie } from '@auth0/nextjs-auth0/testing'
import type { Answer, Visitor } from '../browser-client.ts'
import { cookieHeader, sessionOf, transactionOf } from '../cookie-header.ts'
import { expect, test } from '../fixtures.ts'
import { approve, start } from '../flow.ts'
import { logLines } from '../log-lines.ts'
import { expectIssuerAway } from '../login-failure.ts'
import { expectError } from '../outcome.ts'
import { inOwnWorld } from '../own-world.ts'
import { sessionCookie, signedInVisitor } from '../session-cookie.ts'
import { skipUnless } from '../skip-unless.ts'
import { stored } from '../stored.ts'

const starting = '/api/integrations/acme/start'
const pages = ['/integrations', '/integrations/acme', '/integrations/connect/acme', '/activity']
const click = { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'document' }

const bypasses: Record<string, string>[] = [
  { 'x-middleware-subrequest': 'middleware' },
  { 'x-middleware-subrequest': Array(5).fill('middleware').join(':') },
  { 'x-middleware-subrequest': 'src/middleware' },
  { 'x-middleware-subrequest': Array(5).fill('src/middleware').join(':') },
  { 'x-middleware-subrequest': Array(5).fill('proxy').join(':') },
  { 'x-middleware-override-headers': 'cookie', 'x-middleware-request-cookie': 'a=b' },
  { 'x-invoke-path': '/api/health' },
  { 'x-nextjs-data': '1' },
  { 'x-middleware-next': '1' },
  { 'x-middleware-prefetch': '1' },
  { 'x-middleware-rewrite': '/api/health' },
]

for (const headers of bypasses)
  test(`SA-04 ${JSON.stringify(headers).slice(0, 70)} opens nothing`, async ({
    stranger,
    world,
    exceptFromInvariants,
  }) => {
    const before = await stored(world.rows)
    for (const path of [...pages, starting, '/api/integrations/acme/callback?code=X']) {
      const plain = await stranger.get(path, { headers: click })
      expect(plain.location?.searchParams.get('status') ?? plain.location?.pathname).toBe(
        path.includes('/callback') ? 'error' : '/auth/login',
      )
      const answer = await stranger.get(path, { headers: { ...click, ...headers } })
      // Next answers this one itself, with an empty object and before any page or route.
      if (answer.headers['x-middleware-skip']) {
        exceptFromInvariants(answer, 'Next answers before the route')
        expect([answer.status, answer.body, answer.setCookies]).toEqual([200, '{}', []])
      } else expect(outcomeOf(answer), path).toEqual(outcomeOf(plain))
    }
    expect(await stored(world.rows)).toEqual(before)
    expect(world.providers.acme.log()).toEqual([])
  })

test('SA-05 a session that cannot be opened is none', async () => {
  test.setTimeout(120_000)
  await inOwnWorld({}, async ({ world, visit }) => {
    const alice = await visit('alice')
    const { authorizationUrl, cookieName } = await start(alice)
    const url = await approve(authorizationUrl)
    const transaction = transactionOf(alice, cookieName)
    const sessions = sessionOf(alice)
    await world.restart({ AUTH0_SECRET: 'f'.repeat(64), NEXTAUTH_SECRET: 'e'.repeat(64) })
    const before = await stored(world.rows)
    const [{ name, value } = { name: '', value: '' }] = sessions
    const broken = [value, `${value}A`, value.slice(0, -4), 'x', '{}', 'null', 'a.b.c.d.e', '.....']
    for (const one of broken) await expectNobody(alice, cookieHeader({ name, value: one }))
    await alice.get(url, { cookie: cookieHeader(...sessions, transaction) })
    expectError(alice.answers.at(-1) as Answer, 'login_required')
    const { used_transactions: _, ...after } = await stored(world.rows)
    const { used_transactions: __, ...unchanged } = before
    expect(after).toEqual(unchanged)
    expect(world.providers.acme.calls('/token')).toEqual([])
  })
})

const claims: [string, unknown][] = [
  ['no user at all', undefined],
  ['null', null],
  ['an error in place of a user', { error: 'invalid_session', message: 'misconfigured' }],
  ['no sub', { name: 'Alice', email: 'alice@example.com' }],
  ['an empty sub', { sub: '' }],
  ['a number', { sub: 7 }],
  ['a truth', { sub: true }],
  ['an object', { sub: { $ne: null } }],
  ['a list', { sub: ['auth0|alice'] }],
]

for (const [name, user] of claims)
  test(`SA-05 a session with ${name} as its user is none`, async ({ stranger, world }) => {
    const before = await stored(world.rows)
    const value = await generateSessionCookie(
      { user, tokenSet: { accessToken: 'none', expiresAt: 4_000_000_000 } } as never,
      { secret: world.env.AUTH0_SECRET ?? '' },
    )
    await expectNobody(stranger, cookieHeader({ name: sessionCookie(world), value }))
    expect(await stored(world.rows)).toEqual(before)
    expect(world.providers.acme.log()).toEqual([])
  })

test('SA-05 FC-02 with the issuer out of reach nobody gets in, and a page says why', async () => {
  skipUnless({ login: 'auth0' }, 'oidc-login.spec.ts tries the same of next-auth')
  test.setTimeout(120_000)
  await inOwnWorld({ env: { AUTH0_DOMAIN: 'http://localhost:9' } }, async ({ world, visit }) => {
    const stranger = await visit()
    const before = await stored(world.rows)
    for (const value of ['', 'x', 'a.b.c.d.e', 'undefined'])
      await expectNobody(stranger, cookieHeader({ name: sessionCookie(world), value }))
    expectIssuerAway(await stranger.get('/auth/login?returnTo=/activity'))
    const returned = await stranger.get('/auth/callback?code=X&state=Y')
    expect(returned.location?.pathname).toBe('/unavailable')
    expect(sessionOf(stranger)).toEqual([])
    const alice = await signedInVisitor(world, 'alice')
    const { location } = await alice.get('/auth/logout', { headers: click })
    expect([location?.href, sessionOf(alice)]).toEqual([`${world.appUrl}/`, []])
    const codes = logLines(world.output(), 'login_failed').map(({ code }) => code)
    expect(codes).toEqual(['temporarily_unavailable', 'login_required'])
    expect(await stored(world.rows)).toEqual(before)
    expect(world.providers.acme.log()).toEqual([])
  })
})

/** Start and the pages ask for a login; the callback and what is not there yet give nothing. */
async function expectNobody(visitor: Visitor, cookie: string): Promise<void> {
  for (const path of [starting, ...pages]) {
    const answer = await visitor.get(path, { cookie, headers: click })
    expect(answer.location?.pathname, path).toBe('/auth/login')
    expect(answer.setCookies.join()).not.toContain('oauth_tx_')
  }
  const state = 'A'.repeat(43)
  const callback = `/api/integrations/acme/callback?code=X&state=${state}`
  expectError(await visitor.get(callback, { cookie }), 'invalid_state')
  for (const path of ['token', 'proxy/me']) {
    const answer = await visitor.get(`/api/integrations/acme/${path}`, { cookie, method: 'POST' })
    expect([401, 403, 404, 503]).toContain(answer.status)
  }
}

/** Where an answer leads; what it shows beside that is Next's own page of a redirect. */
function outcomeOf({ status, location, setCookies, headers }: Answer) {
  const names = setCookies.map((line) => line.split('=', 1)[0])
  return { status, location: location?.href, names, type: headers['content-type'] }
}
