import type { Answer, Visitor } from '../browser-client.ts'
import { expect, test } from '../fixtures.ts'
import { approve, requestStart, visitCallback } from '../flow.ts'
import { logOut } from '../log-out.ts'
import { expectError, expectOk } from '../outcome.ts'
import { askedOf, linksIn } from '../return-to.ts'
import type { World } from '../world.ts'

test('RU-24 a start without a session hands the login a path of our own and nothing else', async ({
  stranger,
  world,
}) => {
  for (const returnTo of [`${world.spa.url}/app?x=1#top`, '/activity?x=//evil.test', undefined]) {
    const answer = await requestStart({ visitor: stranger, returnTo, query: { next: '//evil' } })
    expect(answer.status).toBe(303)
    expect(answer.location?.origin).toBe(world.appUrl)
    expect(answer.location?.pathname).toBe('/auth/login')
    expect([...(answer.location?.searchParams.keys() ?? [])]).toEqual(['returnTo'])
    const back = answer.location?.searchParams.get('returnTo') ?? ''
    expect(back).toMatch(/^\/integrations\/connect\/acme\?return_to=/)
    expect(back).not.toContain('next=')
  }
})

test('RU-24 RU-11 from a link through the login to the end, no hop leaves the known places', async ({
  stranger,
  world,
}) => {
  const returnTo = `${world.spa.url}/app?x=%2F%2Fevil.test`
  const begin = await requestStart({ visitor: stranger, returnTo })
  const confirm = await logInThrough(stranger, begin.location ?? '', world)
  expect(confirm.url.pathname).toBe('/integrations/connect/acme')
  const next = linksIn(confirm.body).find((link) => link.includes('/start?'))
  const click = { headers: { 'sec-fetch-site': 'same-origin' } }
  const { location } = await stranger.get(next ?? '', click)
  if (!location) throw new Error('start gave no Location')
  expectOk(await visitCallback(stranger, await approve(location)), returnTo)
  const known = [world.appUrl, world.login.url, world.providers.acme.url, world.spa.url]
  for (const { location } of stranger.answers)
    if (location) expect(known).toContain(location.origin)
})

for (const returnTo of [
  'https://evil.test/',
  '//evil.test',
  '/\\evil.test',
  '/%09/evil.test',
  'https:evil.test',
  '/.//evil.test',
  'javascript:alert(1)',
])
  test(`RU-24 a login with returnTo=${returnTo} ends in the app`, async ({ stranger, world }) => {
    const query = returnTo.includes('%') ? returnTo : encodeURIComponent(returnTo)
    const end = await logInThrough(stranger, `/auth/login?returnTo=${query}`, world)
    expect(end.url.origin).toBe(world.appUrl)
    for (const { headers, location } of stranger.answers.filter(({ location }) => location)) {
      expect([world.appUrl, world.login.url]).toContain(location?.origin)
      expect(headers.location).not.toMatch(/^[/\\]{2}/)
    }
  })

test('RU-24 of what a link says to the login, only where to come back to gets through', async ({
  stranger,
  world,
}) => {
  const given = { scope: 'all', audience: 'evil', prompt: 'none', max_age: 'x', connection: 'evil' }
  const surplus = { ...given, redirect_uri: 'https://evil.test', challengeMode: 'popup' }
  const query = new URLSearchParams({ returnTo: '/activity', ...surplus })
  const { status, location } = await stranger.get(`/auth/login?${query}`)
  expect([302, 303, 307]).toContain(status)
  expect(location?.origin).toBe(world.login.url)
  for (const name of ['audience', 'prompt', 'max_age', 'connection', 'challengeMode'])
    expect(location?.searchParams.has(name), name).toBe(false)
  expect(location?.searchParams.get('scope')).toBe('openid profile email')
  expect(location?.searchParams.get('redirect_uri')).toBe(callbackOf(world))
  const end = await logInThrough(stranger, `/auth/login?${query}`, world)
  expect(end.url.pathname).toBe('/activity')
})

test('RU-24 a logout leads to the app, wherever a link wants it to lead', async ({
  alice,
  world,
}) => {
  for (const name of ['returnTo', 'post_logout_redirect_uri', 'federated']) {
    const { location } = await logOut(alice, `/auth/logout?${name}=https://evil.test/`)
    expect(location?.origin).toBe(world.login.url)
    expect(location?.href).not.toContain('evil.test')
  }
})

test('RU-26 a foreign return URL is refused before the login, and not carried through it', async ({
  stranger,
  world,
}) => {
  for (const returnTo of ['https://evil.test', '//evil.test', `${world.attacker.url}/app`]) {
    const answer = await requestStart({ visitor: stranger, returnTo })
    expectError(answer, 'invalid_return_to')
    expect(answer.headers.location).not.toContain('evil')
    const page = await stranger.get(`/integrations/connect/acme?return_to=${returnTo}`)
    const end = await logInThrough(stranger, page.location ?? '', world)
    expect(end.url.origin).toBe(world.appUrl)
    expect(decodeURIComponent(end.url.href)).not.toContain(returnTo)
    stranger.jar.restore([])
  }
  expect(askedOf(world)).toEqual([])
})

/** From the app's login route to the page at which the login ends. */
async function logInThrough(
  visitor: Visitor,
  url: URL | string,
  { appUrl }: World,
): Promise<Answer> {
  const page = await visitor.follow(url)
  expect(page.url.pathname).toMatch(/^\/u\/login\//)
  return visitor.follow(
    page.url,
    {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'user=alice',
    },
    ({ location }) => location !== undefined && !isLocal(location, appUrl),
  )
}

/** Where the issuer leads back to, with the driver in use. */
function callbackOf({ appUrl, env }: World): string {
  return `${appUrl}${env.LOGIN_DRIVER === 'oidc' ? '/api/auth/callback/oidc' : '/auth/callback'}`
}

/** Whether it is on this machine, and so may be visited. */
function isLocal({ hostname }: URL, appUrl: string): boolean {
  return hostname === new URL(appUrl).hostname || hostname === '127.0.0.1'
}
