import type { Answer, Visitor } from '../browser-client.ts'
import { cookieHeader, sessionOf } from '../cookie-header.ts'
import { expect, test } from '../fixtures.ts'
import { logLines } from '../log-lines.ts'
import { logOut } from '../log-out.ts'
import { expectIssuerAway } from '../login-failure.ts'
import { inOwnWorld } from '../own-world.ts'
import type { World } from '../world.ts'

const own = { loginDriver: 'oidc' } as const

test('a login by next-auth ends at the page that was asked for, with the name of the user', async () => {
  await inOwnWorld(own, async ({ world, visit }) => {
    const alice = await visit()
    const asked = await alice.get('/integrations')
    expect(asked.location?.pathname).toBe('/auth/login')
    const end = await logInAt(alice, '/auth/login?returnTo=%2Factivity')
    expect(end.url.href).toBe(`${world.appUrl}/activity`)
    expect(end.body).toContain('Alice')
    expect(sessionOf(alice)).toHaveLength(1)
    const names = alice.jar.all().map(({ name }) => name)
    expect(names.filter((name) => name.includes('csrf'))).toEqual([])
    const [user] = await world.rows.all('users')
    expect(user).toMatchObject({ issuer: world.login.issuer, sub: 'auth0|alice', org: '' })
  })
})

test('an issuer at an IP address, with client_secret_basic and userinfo, serves as well', async () => {
  const issuer = { host: '127.0.0.1', isPlainOpenId: true } as const
  await inOwnWorld({ ...own, issuer }, async ({ world, visit }) => {
    const bob = await visit('bob')
    await bob.get('/integrations')
    const [user] = await world.rows.all('users')
    expect(user).toMatchObject({ sub: 'auth0|bob', name: 'Bob', email: 'bob@example.com' })
  })
})

test('an organization of the login is one of the user', async () => {
  await inOwnWorld(own, async ({ world, visit }) => {
    const alice = await visit()
    await alice.login('alice', 'org_1')
    await alice.get('/integrations')
    const users = await world.rows.all('users')
    expect(users.map(({ sub, org }) => [sub, org])).toEqual([['auth0|alice', 'org_1']])
  })
})

test('none of the routes and pages of next-auth is there but the callback', async () => {
  await inOwnWorld(own, async ({ visit }) => {
    const alice = await visit('alice')
    for (const action of ['signin', 'session', 'csrf', 'providers', 'signout', 'error', '_log'])
      for (const path of [`/api/auth/${action}`, `/api/auth/${action}/oidc`])
        for (const method of ['GET', 'POST']) {
          const { status, setCookies, body } = await alice.get(path, { method })
          expect([404, 405], `${method} ${path}`).toContain(status)
          expect([setCookies, body]).toEqual([[], ''])
        }
    expect((await alice.get('/auth/callback?code=x')).status).toBe(404)
    expect((await alice.get('/api/auth/callback/oidc', { method: 'HEAD' })).status).toBe(405)
  })
})

test('a callback without its login, in another browser or a second time logs nobody in', async () => {
  await inOwnWorld(own, async ({ visit }) => {
    const [alice, mallory] = [await visit(), await visit()]
    await alice.login('alice')
    const used = alice.answers.findLast(({ url }) => url.pathname === '/api/auth/callback/oidc')
    for (const victim of [mallory, alice]) {
      const before = sessionOf(victim)
      const { location } = await victim.get(used?.url ?? '')
      expect(location?.pathname).toBe('/unavailable')
      expect(location?.searchParams.get('error')).toBe('login_required')
      expect(sessionOf(victim)).toEqual(before)
    }
    const refused = await mallory.get('/api/auth/callback/oidc?error=access_denied&state=x')
    expect(refused.location?.pathname).toBe('/unavailable')
    expect(alice.jar.all().filter(({ name }) => name.includes('login_'))).toEqual([])
  })
})

test('a session is nobody’s where it is there twice, is broken, or was sealed for something else', async () => {
  await inOwnWorld(own, async ({ visit }) => {
    const alice = await visit('alice')
    const [session] = sessionOf(alice)
    if (!session) throw new Error('no session')
    const begun = await visit()
    await begun.get('/auth/login')
    const [state] = begun.jar.all().filter(({ name }) => name.endsWith('login_state'))
    const broken = [`${session.value}A`, session.value.slice(0, -4), 'x', 'a.b.c.d.e', state?.value]
    const headers = [
      cookieHeader(session, session),
      ...broken.map((value) => cookieHeader({ name: session.name, value: value ?? '' })),
    ]
    expect((await alice.get('/integrations')).status).toBe(200)
    for (const cookie of headers) {
      const { location } = await alice.get('/integrations', { cookie })
      expect(location?.pathname).toBe('/auth/login')
    }
  })
})

test('a logout ends the session here and at the issuer', async () => {
  await inOwnWorld(own, async ({ world, visit }) => {
    const alice = await visit('alice')
    const { location } = await logOut(alice)
    expect(location?.href).toContain(`${world.login.url}/oidc/logout?client_id=`)
    expect(sessionOf(alice)).toEqual([])
    const end = await alice.follow(location ?? '')
    expect(end.url.href).toBe(`${world.appUrl}/`)
    expect((await alice.follow('/auth/login')).url.pathname).toMatch(/^\/u\/login\//)
  })
})

test('a session of another issuer is nobody’s, though its subject reads alike', async () => {
  await inOwnWorld(own, async ({ world, visit }) => {
    const alice = await visit('alice')
    await world.restart({ OIDC_ISSUER: 'http://localhost:9/' })
    expect((await alice.get('/integrations')).location?.pathname).toBe('/auth/login')
  })
})

test('a fresh code is refused in a browser that has begun another login, whatever its state says', async () => {
  await inOwnWorld(own, async ({ visit }) => {
    const [alice, mallory] = [await visit(), await visit()]
    const back = await untilCallback(alice)
    const begun = await mallory.get('/auth/login')
    const swapped = new URL(back)
    swapped.searchParams.set('state', begun.location?.searchParams.get('state') ?? '')
    expect((await mallory.get(swapped)).location?.pathname).toBe('/unavailable')
    await mallory.get('/auth/login')
    expect((await mallory.get(back)).location?.pathname).toBe('/unavailable')
    expect(sessionOf(mallory)).toEqual([])
  })
})

test('a callback says where to end only by what the login began with', async () => {
  await inOwnWorld(own, async ({ world, visit }) => {
    const alice = await visit()
    const altered = await untilCallback(alice, '/auth/login?returnTo=/activity')
    altered.searchParams.set('callbackUrl', `${world.appUrl}/auth/logout`)
    expect((await alice.get(altered)).location?.href).toBe(`${world.appUrl}/activity`)
  })
})

test('only a GET begins a login or ends a session', async () => {
  await inOwnWorld(own, async ({ visit }) => {
    const alice = await visit('alice')
    for (const path of ['/auth/login', '/auth/logout'])
      for (const method of ['HEAD', 'POST']) {
        const { status, setCookies } = await alice.get(path, { method })
        expect([status, setCookies]).toEqual([404, []])
      }
    expect((await alice.get('/integrations')).status).toBe(200)
  })
})

test('FC-02 with the issuer out of reach a login ends on a page that says so', async () => {
  const env = { OIDC_ISSUER: 'http://localhost:9/' }
  await inOwnWorld({ ...own, env }, async ({ world, visit }) => {
    const stranger = await visit()
    expectIssuerAway(await stranger.get('/auth/login?returnTo=/activity'))
    const { location } = await stranger.get('/api/auth/callback/oidc?code=x&state=y')
    expect(location?.pathname).toBe('/unavailable')
    expect(location?.searchParams.get('error')).toBe('temporarily_unavailable')
    expectIssuerAway(await stranger.get(location ?? ''))
    expect(sessionOf(stranger)).toEqual([])
    const codes = logLines(world.output(), 'login_failed').map(({ code }) => code)
    expect(codes).toEqual(['temporarily_unavailable', 'temporarily_unavailable'])
  })
})

for (const loginDriver of ['auth0', 'oidc'] as const)
  test(`FC-02 with ${loginDriver} a wrong secret or scope is told as the administrator’s matter`, async () => {
    const env = { AUTH0_CLIENT_SECRET: 'not-the-secret', OIDC_CLIENT_SECRET: 'nor-is-this' }
    await inOwnWorld({ loginDriver, env }, async ({ world, visit }) => {
      const alice = await visit()
      const page = await alice.follow('/auth/login')
      expectMisconfigured(world, await alice.follow(page.url, asAlice), 'invalid_client')
      // The stand-in leaves out a scope that it does not know; others refuse the login.
      const begun = await alice.get('/auth/login')
      const refused = new URL(begun.location?.searchParams.get('redirect_uri') ?? '')
      const state = begun.location?.searchParams.get('state') ?? ''
      const said = { error: 'invalid_scope', error_description: 'words of theirs', state }
      refused.search = new URLSearchParams({ ...said, iss: world.login.issuer }).toString()
      expectMisconfigured(world, await alice.follow(refused), 'invalid_scope')
      // Nobody else's browser is told so, and nothing of it is believed there.
      const stranger = await visit()
      const end = await stranger.follow(refused)
      expect(end.body).toContain('The login did not finish')
      for (const one of [alice, stranger]) expect(sessionOf(one)).toEqual([])
      expect(world.output()).not.toContain('words of theirs')
    })
  })

test('wrong settings of the driver stop the start with a sentence', async () => {
  const wrong: [Record<string, string>, string][] = [
    [{ OIDC_CLIENT_SECRET: '' }, 'OIDC_CLIENT_SECRET is missing'],
    [{ NEXTAUTH_URL: 'https://elsewhere.test' }, 'NEXTAUTH_URL must be the same as APP_BASE_URL'],
  ]
  for (const [env, sentence] of wrong)
    await expect(inOwnWorld({ ...own, env }, async () => {})).rejects.toThrow(sentence)
})

function expectMisconfigured({ output }: World, end: Answer, outcome: string): void {
  expect(end.url.pathname).toBe('/unavailable')
  expect(end.body).toContain('Signing in is not set up correctly')
  const failed = logLines(output(), 'login_failed').at(-1)
  expect(failed).toMatchObject({ code: 'provider_misconfigured', outcome })
}

const asAlice = {
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: 'user=alice',
}

/** From a login route of the app, as Alice, to where it ends. */
async function logInAt(visitor: Visitor, path: string) {
  const page = await visitor.follow(path)
  expect(page.url.pathname).toMatch(/^\/u\/login\//)
  return visitor.follow(page.url, asAlice)
}

/** The callback to which the issuer leads Alice, not yet visited. */
async function untilCallback(visitor: Visitor, path = '/auth/login'): Promise<URL> {
  const page = await visitor.follow(path)
  const back = await visitor.follow(page.url, asAlice, ({ location }) =>
    Boolean(location?.pathname.startsWith('/api/auth/')),
  )
  return new URL(back.location ?? '')
}
