import type { Answer, Visitor } from '../browser-client.ts'
import { sessionOf } from '../cookie-header.ts'
import { expect, test } from '../fixtures.ts'
import { approve, connect, requestStart, start, visitCallback } from '../flow.ts'
import { expectError, expectOk } from '../outcome.ts'
import { linksIn } from '../return-to.ts'
import type { World } from '../world.ts'

const redirectors = {
  return_to: 'https://evil.test',
  returnTo: 'https://evil.test',
  redirect_to: 'https://evil.test',
  redirect_uri: 'https://evil.test',
  callbackUrl: 'https://evil.test',
  next: '//evil.test',
  url: 'https://evil.test',
}

test('RU-20 only the return URL that was sealed at the start counts', async ({ alice, world }) => {
  const returnTo = `${world.spa.url}/app/settings`
  const { authorizationUrl } = await start(alice, 'acme', returnTo)
  const callback = await approve(authorizationUrl)
  for (const [name, value] of Object.entries(redirectors)) callback.searchParams.set(name, value)
  expectOk(await visitCallback(alice, callback), returnTo)
})

const lures = {
  referer: 'https://evil.test/',
  origin: 'https://evil.test',
  'x-forwarded-host': 'evil.test',
  'x-forwarded-server': 'evil.test',
  forwarded: 'host=evil.test;proto=https',
  'x-original-url': 'https://evil.test/',
  'x-rewrite-url': 'https://evil.test/',
}

/** Requests that end in an error, each with whatever might lead it astray. */
const failures: Record<string, (visitor: Visitor, world: World) => Promise<Answer>> = {
  'unknown provider at start': (visitor) => lured(visitor, '/api/integrations/nobody/start'),
  'foreign return URL at start': (visitor) => lured(visitor, '/api/integrations/acme/start'),
  'unknown scope at start': (visitor) =>
    requestStart({ visitor, returnTo: '/activity', headers: lures, query: { scope: 'all' } }),
  'unknown grant at start': (visitor) =>
    requestStart({ visitor, headers: lures, query: { grant: crypto.randomUUID() } }),
  'unknown provider at callback': (visitor) => lured(visitor, '/api/integrations/nobody/callback'),
  'no state': (visitor) => lured(visitor, '/api/integrations/acme/callback?code=X'),
  'a state that nobody has': (visitor) =>
    lured(visitor, `/api/integrations/acme/callback?code=X&state=${'A'.repeat(43)}`),
  'a state of another form': (visitor) =>
    lured(visitor, '/api/integrations/acme/callback?code=X&state=__proto__'),
  'a state twice': (visitor) => lured(visitor, '/api/integrations/acme/callback?state=a&state=b'),
  'a token in front': (visitor) => lured(visitor, '/api/integrations/acme/callback?access_token=x'),
  'an error without a state': (visitor) =>
    lured(visitor, '/api/integrations/acme/callback?error=access_denied'),
  'an error of the provider': (visitor) => bent(visitor, { error: 'access_denied' }),
  'a foreign issuer': (visitor) => bent(visitor, { iss: 'https://evil.test' }),
  'another provider': async (visitor) => {
    const callback = await begun(visitor)
    return lured(visitor, callback.href.replace('/acme/', '/plain/'))
  },
  'a second use': async (visitor) => {
    const callback = await begun(visitor)
    const kept = visitor.jar.all()
    expectOk(await visitCallback(visitor, callback), '/activity')
    visitor.jar.restore(kept)
    return lured(visitor, callback.href)
  },
  'a logged-out browser': async (visitor) => {
    const callback = await begun(visitor)
    for (const { name } of sessionOf(visitor)) visitor.jar.remove(name)
    return lured(visitor, callback.href)
  },
  'a refused exchange': async (visitor, world) => {
    world.providers.acme.ctl({ endpoint: 'token', status: 400, body: '{"error":"invalid_grant"}' })
    return lured(visitor, (await begun(visitor)).href)
  },
}

for (const [name, fail] of Object.entries(failures))
  test(`RU-21 ${name}: no header and no query says where the error goes`, async ({
    alice,
    world,
  }) => {
    const { status, location, headers } = await fail(alice, world)
    expect([302, 303]).toContain(status)
    expect(location?.origin).toBe(world.appUrl)
    expect(['/integrations', '/activity']).toContain(location?.pathname)
    expect(location?.searchParams.get('status')).toBe('error')
    expect(headers.location).not.toContain('evil')
  })

function lured(visitor: Visitor, path: string): Promise<Answer> {
  const url = new URL(path, 'http://placeholder.test')
  for (const [name, value] of Object.entries(redirectors)) url.searchParams.append(name, value)
  const target = path.startsWith('/') ? url.pathname + url.search : url.href
  return visitor.get(target, { headers: { ...lures, 'sec-fetch-site': 'same-origin' } })
}

async function begun(visitor: Visitor, account?: string): Promise<URL> {
  const { authorizationUrl } = await start(visitor, 'acme', '/activity')
  return approve(authorizationUrl, account)
}

async function bent(visitor: Visitor, parameters: Record<string, string>): Promise<Answer> {
  const callback = await begun(visitor)
  for (const [name, value] of Object.entries(parameters)) callback.searchParams.set(name, value)
  return lured(visitor, callback.href)
}

test("RU-22 nothing of a provider's text is on the way back or on the page", async ({
  alice,
  world,
}) => {
  world.providers.evil.ctl({
    endpoint: 'authorize',
    omit: ['code'],
    merge: {
      error: '<script>alert(1)</script>',
      error_description: '"><img src=x onerror=1>',
      error_uri: 'javascript:1',
    },
  })
  const answer = await connect(alice, 'evil')
  expectError(answer, 'provider_error')
  expect(answer.headers.location).not.toMatch(/script|onerror|error_uri|error_description|%3C/i)
  const page = await alice.follow(answer.location ?? '/')
  expect(page.status).toBe(200)
  expect(page.body).toContain('provider_error')
  expect(page.body).not.toMatch(/alert\(1\)|onerror=1|javascript:1/)
})

test('RU-22 a link with markup in the outcome puts none of it on a page', async ({ alice }) => {
  const payload = encodeURIComponent('"><script>alert(1)</script>')
  for (const path of [
    `/integrations?status=error&error=${payload}&integration=${payload}`,
    `/integrations?status=${payload}&error_description=${payload}&error_uri=javascript:alert(1)`,
    `/integrations/acme?status=error&error=${payload}&disconnected=${payload}`,
    `/integrations/connect/acme?return_to=${payload}&scope=${payload}&grant=${payload}`,
  ]) {
    const { status, body } = await alice.get(path)
    expect(status).toBe(200)
    expect(body, path).not.toContain('<script>alert(1)')
    expect(linksIn(body).filter((link) => link.startsWith('javascript:'))).toEqual([])
  }
})
