import { cookieHeader, sessionOf, transactionOf, transactionsOf } from '../cookie-header.ts'
import { expect, test } from '../fixtures.ts'
import { approve, requestStart, start, visitCallback } from '../flow.ts'
import { logOut } from '../log-out.ts'
import { expectError, expectOk } from '../outcome.ts'
import { inOwnWorld } from '../own-world.ts'
import { stored } from '../stored.ts'

test('ST-13 two tabs that finish in reverse order both connect, and the older token ends', async ({
  alice,
  world,
  grants,
  tokenCalls,
}) => {
  const { acme } = world.providers
  const known = acme.families.length
  const first = await start(alice, 'acme', '/one')
  const second = await start(alice, 'acme', '/two')
  expectOk(await visitCallback(alice, await approve(second.authorizationUrl)), '/two')
  const [before] = await grants('alice')
  expectOk(await visitCallback(alice, await approve(first.authorizationUrl)), '/one')
  expect(tokenCalls()).toBe(2)
  const kept = await grants('alice')
  expect(kept.map(({ id, version }) => ({ id, version }))).toEqual([
    { id: before?.id, version: Number(before?.version) + 1 },
  ])
  const tokens = acme.families.slice(known).map((family) => [...family.refreshTokens.keys()][0])
  const [older = '', newer = ''] = tokens
  await expect.poll(() => acme.isLive(older), { timeout: 10_000 }).toBe(false)
  expect(acme.isLive(newer)).toBe(true)
  expect(transactionsOf(alice)).toEqual([])
})

const longest = `/integrations?filter=${'a'.repeat(490)}`
const widest = `/integrations?filter=${'€'.repeat(100)}`

for (const [name, returnTo] of [
  ['short', '/integrations/acme'],
  ['long', longest],
  ['wide', widest],
] as const)
  test(`ST-14 a hundred starts with a ${name} return URL never fill the cookie jar`, async ({
    mallory,
  }) => {
    expect(returnTo.length).toBeLessThanOrEqual(512)
    const flows: Awaited<ReturnType<typeof start>>[] = []
    for (let count = 0; count < 100; count += 1) {
      const oldest = transactionsOf(mallory)[0]
      const flow = await start(mallory, 'acme', returnTo)
      flows.push(flow)
      const alive = transactionsOf(mallory)
      expect(alive.length).toBeLessThanOrEqual(5)
      expect(sizeOf(alive)).toBeLessThanOrEqual(4096)
      expect(mallory.jar.header(flow.response.url)?.length).toBeLessThan(8192)
      if (count < 5 || !oldest) continue
      const { setCookies } = flow.response
      const evicted = setCookies.find((line) => line.startsWith(`${oldest.name}=`)) ?? ''
      const made = setCookies.find((line) => line.startsWith(`${flow.cookieName}=`)) ?? ''
      expect(evicted).toMatch(/=; Max-Age=0;/)
      expect(attributesOf(evicted)).toEqual(attributesOf(made))
    }
    expect((await mallory.follow('/')).status).toBe(200)
    const [oldest, newest] = [flows[0], flows.at(-1)]
    if (!oldest || !newest) throw new Error('Nothing was started')
    expectError(
      await visitCallback(mallory, await approve(oldest.authorizationUrl)),
      'invalid_state',
    )
    expectOk(await visitCallback(mallory, await approve(newest.authorizationUrl)), returnTo)
  })

test('ST-14 logging out ends every flow of the browser', async ({ alice }) => {
  const { authorizationUrl } = await start(alice)
  await start(alice, 'plain')
  expect(transactionsOf(alice)).toHaveLength(2)
  await logOut(alice)
  expect(transactionsOf(alice)).toEqual([])
  expectError(await visitCallback(alice, await approve(authorizationUrl)), 'invalid_state')
})

test('ST-14 a return URL of more than 512 characters is refused', async ({ alice }) => {
  const answer = await requestStart({ visitor: alice, returnTo: `/${'a'.repeat(512)}` })
  expectError(answer, 'invalid_return_to')
})

test('ST-17 the cookie of one own flow does not serve another', async ({ alice, tokenCalls }) => {
  const first = await start(alice, 'acme', '/one')
  const second = await start(alice, 'acme', '/two')
  const { value } = transactionOf(alice, first.cookieName)
  const swapped = cookieHeader(...sessionOf(alice), { name: second.cookieName, value })
  const url = await approve(second.authorizationUrl)
  expectError(await alice.get(url, { cookie: swapped }), 'invalid_state')
  expect(tokenCalls()).toBe(0)
  expectOk(await visitCallback(alice, url), '/two')
})

test('ST-28 a flood of starts writes nothing, ends in rate_limited, and harms nobody else', async () => {
  test.setTimeout(180_000)
  await inOwnWorld({}, async ({ world, visit }) => {
    const alice = await visit('alice')
    const bob = await visit('bob')
    await Promise.all([start(alice), start(bob)])
    const before = await stored(world.rows)
    const cookie = cookieHeader(...sessionOf(alice))
    const headers = { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'document' }
    const answers = []
    for (let round = 0; round < 35; round += 1) {
      const flood = Array.from({ length: 20 }, () =>
        alice.get('/api/integrations/acme/start', { cookie, headers }),
      )
      answers.push(...(await Promise.all(flood)))
      await start(bob)
    }
    expect(await stored(world.rows)).toEqual(before)
    const refused = answers.filter(({ location }) => location?.searchParams.has('error'))
    // 700 in a minute, of which 600 are let through. A slow machine may see a minute turn.
    expect(refused.length).toBeGreaterThan(0)
    for (const answer of refused) expectError(answer, 'rate_limited')
    expect(world.providers.acme.log()).toEqual([])
    const { authorizationUrl } = await start(bob)
    expectOk(await visitCallback(bob, await approve(authorizationUrl)))
  })
})

function attributesOf(line: string): string[] {
  return line
    .split('; ')
    .slice(1)
    .filter((part) => !/^max-age=/i.test(part))
}

/** Names and values, without what stands between them. */
function sizeOf(cookies: ReturnType<typeof transactionsOf>): number {
  return cookies.reduce((sum, { name, value }) => sum + name.length + value.length, 0)
}
