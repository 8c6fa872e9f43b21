import { disconnect } from '../disconnect.ts'
import { expect, test } from '../fixtures.ts'
import { approve, connect, newTransactionCookies, requestStart, visitCallback } from '../flow.ts'
import { expectConfirmPage, expectError, expectOk } from '../outcome.ts'
import { stored } from '../stored.ts'

const path = '/api/integrations/acme/start'
const returnTo = '/integrations/acme'

test('SA-01 without a session, start leads to login and begins nothing', async ({
  stranger,
  world,
}) => {
  const before = await stored(world.rows)
  const query = { scope: 'files.write' }
  for (const site of ['same-origin', 'none', 'cross-site']) {
    const headers = { 'sec-fetch-site': site }
    const answer = await requestStart({ visitor: stranger, returnTo, query, headers })
    expect(answer.location?.origin).toBe(world.appUrl)
    expect(answer.location?.pathname).toBe('/auth/login')
    const back = answer.location?.searchParams.get('returnTo') ?? ''
    const wish = new URL(back, world.appUrl)
    expect(back.startsWith('/')).toBe(true)
    expect(wish.origin + wish.pathname).toBe(`${world.appUrl}/integrations/connect/acme`)
    expect(Object.fromEntries(wish.searchParams)).toEqual({ return_to: returnTo, ...query })
    expect(answer.setCookies).toEqual([])
  }
  expect(await stored(world.rows)).toEqual(before)
  expect(world.providers.acme.log()).toEqual([])
})

const foreign: [string, Record<string, string>][] = [
  ['cross-site', { 'sec-fetch-site': 'cross-site' }],
  ['same-site', { 'sec-fetch-site': 'same-site' }],
  ['none', { 'sec-fetch-site': 'none' }],
  ['absent', {}],
  ['empty', { 'sec-fetch-site': '' }],
  ['in capitals', { 'sec-fetch-site': 'SAME-ORIGIN' }],
  ['two values', { 'sec-fetch-site': 'same-origin, cross-site' }],
]

for (const [name, headers] of foreign)
  test(`SA-02 a start whose Sec-Fetch-Site is ${name} is asked about first`, async ({
    alice,
    world,
  }) => {
    const all = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', ...headers }
    const query = new URLSearchParams({ return_to: returnTo })
    const answer = await alice.get(`${path}?${query}`, { headers: all })
    expectConfirmPage(answer, 'acme')
    expect(answer.location?.searchParams.get('return_to')).toBe(returnTo)
    expect(answer.setCookies).toEqual([])
    expect(world.providers.acme.log()).toEqual([])
  })

test('SA-02 a start from a page of the app goes on at once', async ({ alice, world }) => {
  const answer = await requestStart({ visitor: alice, returnTo })
  const { location } = answer
  expect(`${location?.origin}${location?.pathname}`).toBe(`${world.providers.acme.url}/authorize`)
  expect(newTransactionCookies(answer)).toHaveLength(1)
})

const destinations = ['image', 'iframe', 'frame', 'empty', 'script', 'embed', 'object', 'style']

for (const destination of destinations)
  test(`SA-03 a start as ${destination} begins nothing`, async ({ alice, world }) => {
    for (const site of ['same-origin', 'same-site', 'cross-site']) {
      const headers = { 'sec-fetch-dest': destination, 'sec-fetch-site': site }
      const answer = await requestStart({ visitor: alice, headers })
      expectConfirmPage(answer, 'acme')
      expect(answer.setCookies).toEqual([])
    }
    expect(world.providers.acme.log()).toEqual([])
  })

test('SA-12 nobody acts for another by naming them', async ({ alice, bob, world, grants }) => {
  await connect(bob)
  const [bobs] = await grants('bob')
  const [{ id: bobsId } = {}] = (await world.rows.all('users')).filter(
    ({ sub }) => sub === 'auth0|bob',
  )
  const named = { user: 'auth0|bob', user_id: String(bobsId), sub: 'auth0|bob', userId: 'bob' }
  const headers = { 'x-user-id': String(bobsId), 'x-forwarded-user': 'auth0|bob' }
  const answer = await requestStart({ visitor: alice, query: named, headers })
  if (!answer.location) throw new Error('start gave no Location')
  expect([...answer.location.searchParams.keys()]).not.toContain('user')
  const url = await approve(answer.location)
  for (const [name, value] of Object.entries(named)) url.searchParams.set(name, value)
  expectOk(await visitCallback(alice, url, headers))
  expect(await grants('alice')).toHaveLength(1)
  expect(await grants('bob')).toEqual([bobs])
})

test('SA-12 another user’s grant can be neither reconnected nor ended', async ({
  alice,
  bob,
  grants,
}) => {
  await connect(bob)
  await connect(alice)
  const [bobs] = await grants('bob')
  const id = String(bobs?.id)
  expectError(await requestStart({ visitor: alice, query: { grant: id } }), 'invalid_request')
  const forged = await disconnect(alice, 'acme', { grant: id, user_id: String(bobs?.user_id) })
  expect(forged.outcome).toBe('no')
  expect(forged.error).toBe('not_connected')
  expect(await grants('bob')).toEqual([bobs])
  expect(await grants('alice')).toHaveLength(1)
})
