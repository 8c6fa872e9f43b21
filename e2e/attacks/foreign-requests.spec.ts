import { expect, test } from '../fixtures.ts'
import {
  approve,
  deletedTransactionCookies,
  newTransactionCookies,
  requestStart,
  start,
  visitCallback,
} from '../flow.ts'
import { expectConfirmPage, expectError, expectOk } from '../outcome.ts'
import { stored } from '../stored.ts'

test('ST-23 only GET begins or ends a flow', async ({ alice, world, tokenCalls }) => {
  const { authorizationUrl } = await start(alice)
  const url = await approve(authorizationUrl)
  const before = await stored(world.rows)
  const { length } = world.providers.acme.log()
  for (const method of ['HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'])
    for (const target of ['/api/integrations/acme/start', url]) {
      const headers = { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'document' }
      const answer = await alice.get(target, { method, headers })
      expect(answer.status, `${method} ${target}`).toBe(405)
      expect(answer.setCookies).toEqual([])
      expect(answer.location).toBeUndefined()
    }
  expect(await stored(world.rows)).toEqual(before)
  expect(world.providers.acme.log()).toHaveLength(length)
  expectOk(await visitCallback(alice, url))
  expect(tokenCalls()).toBe(1)
})

const prefetches: [string, string][] = [
  ['sec-purpose', 'prefetch'],
  ['sec-purpose', 'prefetch;prerender'],
  ['purpose', 'prefetch'],
  ['x-moz', 'prefetch'],
  ['next-router-prefetch', '1'],
]

for (const [name, value] of prefetches)
  test(`ST-24 a start with ${name}: ${value} begins nothing`, async ({ alice, world }) => {
    const answer = await requestStart({ visitor: alice, headers: { [name]: value } })
    if (answer.status !== 204) expectConfirmPage(answer, 'acme')
    expect(newTransactionCookies(answer)).toEqual([])
    expect(world.providers.acme.log()).toEqual([])
  })

// Next answers these two itself: with the same URL and its cache key, and with an empty object.
for (const name of ['rsc', 'x-middleware-prefetch'])
  test(`ST-24 a start with ${name}: 1 begins nothing`, async ({
    alice,
    world,
    exceptFromInvariants,
  }) => {
    const first = await requestStart({ visitor: alice, headers: { [name]: '1' } })
    exceptFromInvariants(first, 'Next answers before the route')
    expect(first.setCookies).toEqual([])
    expect(first.headers['cache-control'] ?? 'no-store').toContain('no-store')
    const { location } = first
    if (location) {
      expect(location.pathname).toBe('/api/integrations/acme/start')
      const headers = { [name]: '1', 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'document' }
      expectConfirmPage(await alice.get(location, { headers }), 'acme')
    } else expect(first.body).toBe('{}')
    expect(world.providers.acme.log()).toEqual([])
  })

test('ST-25 a response by POST is not read', async ({ alice, world, tokenCalls }) => {
  const { authorizationUrl, state } = await start(alice)
  const url = await approve(authorizationUrl)
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const bare = url.origin + url.pathname
  const attempts = [
    { url: bare, body: url.searchParams.toString() },
    { url: `${bare}?state=${state}&code=Y`, body: url.searchParams.toString() },
    { url: url.href, body: `state=${state}&code=Y` },
    { url: url.href, body: '' },
  ]
  const before = await stored(world.rows)
  for (const { url: target, body } of attempts) {
    const answer = await alice.get(target, { method: 'POST', headers: form, body })
    expect(answer.status).toBe(405)
    expect(answer.location).toBeUndefined()
    expect(answer.setCookies).toEqual([])
  }
  expect(await stored(world.rows)).toEqual(before)
  expect(tokenCalls()).toBe(0)
  expectOk(await visitCallback(alice, url))
})

test('ST-26 a callback in a frame, as an image or by fetch is refused and uses up nothing', async ({
  alice,
  world,
  tokenCalls,
}) => {
  const { authorizationUrl } = await start(alice)
  const url = await approve(authorizationUrl)
  const foreign: Record<string, string>[] = [
    { 'sec-fetch-dest': 'iframe' },
    { 'sec-fetch-dest': 'image', 'sec-fetch-mode': 'no-cors' },
    { 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors' },
    { 'sec-fetch-dest': 'frame' },
    { 'sec-fetch-dest': 'embed' },
    { 'sec-fetch-dest': 'object' },
    { 'sec-fetch-dest': 'script', 'sec-fetch-mode': 'no-cors' },
  ]
  for (const headers of foreign) {
    const answer = await visitCallback(alice, url, headers)
    expectError(answer, 'invalid_request')
    expect(deletedTransactionCookies(answer)).toEqual([])
  }
  expect(await world.rows.all('used_transactions')).toEqual([])
  expect(tokenCalls()).toBe(0)
  expectOk(await visitCallback(alice, url, { 'sec-fetch-dest': 'document' }))
})
