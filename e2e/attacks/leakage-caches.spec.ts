import type { Answer, Visitor } from '../browser-client.ts'
import { expect, test } from '../fixtures.ts'
import { approve, requestStart, start, visitCallback } from '../flow.ts'
import { logOut } from '../log-out.ts'

test('LK-03 no answer of start and callback may be kept by anybody', async ({
  alice,
  stranger,
}) => {
  const { authorizationUrl } = await start(alice)
  const callback = await approve(authorizationUrl)
  await visitCallback(alice, callback)
  await visitCallback(alice, callback)
  await visitCallback(stranger, callback)
  for (const route of ['start', 'callback']) {
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'])
      for (const provider of ['acme', 'nobody'])
        await alice.get(`/api/integrations/${provider}/${route}`, { method })
    for (const rest of ['/?code=CODE&state=STATE', '?return_to=//evil.test', '?code=1&code=2'])
      await alice.get(`/api/integrations/acme/${route}${rest}`)
  }
  await requestStart({ visitor: stranger })
  await requestStart({ visitor: alice, headers: { 'sec-fetch-site': 'cross-site' } })
  await requestStart({ visitor: alice, headers: { purpose: 'prefetch' } })
  const answers = [...alice.answers, ...stranger.answers].filter(isRoute)
  expect(answers.length).toBeGreaterThan(35)
  for (const { method, url, status, headers } of answers) {
    const about = `${method} ${url.pathname}${url.search} ${status}`
    expect([301, 308], about).not.toContain(status)
    expect(headers['cache-control'], about).toMatch(/\bno-store\b/)
    expect(headers['cdn-cache-control'], about).toBe('no-store')
    expect(headers['vercel-cdn-cache-control'], about).toBe('no-store')
    expect(headers.pragma, about).toBe('no-cache')
  }
})

test('LK-03 nothing that sets a cookie or names a user may be kept', async ({
  newVisitor,
  world,
}) => {
  const alice = await newVisitor('alice')
  for (const path of [
    '/',
    '/integrations',
    '/integrations/acme',
    '/integrations/connect/acme',
    '/activity',
    '/api/ready',
    '/auth/login',
  ])
    await alice.get(path)
  await alice.get('/auth/logout')
  await logOut(alice)
  const own = alice.answers.filter(({ url }) => url.origin === world.appUrl)
  expect(own.filter(({ setCookies }) => setCookies.length > 0).length).toBeGreaterThanOrEqual(4)
  for (const { url, headers } of own)
    expect(headers['cache-control'], url.pathname).toMatch(/\bno-store\b/)
})

test('LK-03 behind a cache that keeps all it may, the second user gets a state of their own', async ({
  alice,
  bob,
  world,
}) => {
  const cached = carelessCache()
  const path = '/api/integrations/acme/start?return_to=/activity'
  const first = await cached(alice, path)
  const second = await cached(bob, path)
  const [one, two] = [first, second].map(({ location }) => location?.searchParams.get('state'))
  expect(one).toMatch(/^[\w-]{43}$/)
  expect(two).toMatch(/^[\w-]{43}$/)
  expect(one).not.toBe(two)
  expect(second.setCookies).not.toEqual(first.setCookies)
  const [hers, his] = [await cached(alice, '/auth/login'), await cached(bob, '/auth/login')]
  const states = [hers, his].map(({ location }) => location?.searchParams.get('state') ?? 'none')
  expect(new Set(states).size).toBe(2)
  // Where the cookie's name tells of which state it is; next-auth seals that.
  if (world.env.LOGIN_DRIVER !== 'oidc') expect(his.setCookies[0]).toContain(states[1])
  else expect(his.setCookies.join()).toContain('login_state=')
  expect(bob.answers.filter(({ url }) => url.pathname === '/auth/login').length).toBe(2)
})

/** A shared cache with s-maxage for redirects, Set-Cookie and all, where nothing forbids it. */
function carelessCache(): (visitor: Visitor, path: string) => Promise<Answer> {
  const kept = new Map<string, Answer>()
  return async (visitor, path) => {
    const hit = kept.get(path)
    if (hit) return hit
    const answer = await visitor.get(path, { headers: { 'sec-fetch-site': 'same-origin' } })
    if (!/no-store|private/.test(answer.headers['cache-control'] ?? '')) kept.set(path, answer)
    return answer
  }
}

function isRoute({ url }: Answer): boolean {
  return /^\/api\/integrations\/[^/]+\/(start|callback)\/?$/.test(url.pathname)
}
