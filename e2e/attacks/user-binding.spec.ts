import { cookieHeader, sessionOf, transactionOf } from '../cookie-header.ts'
import { expect, test } from '../fixtures.ts'
import { approve, start, visitCallback } from '../flow.ts'
import { expectError, expectOk } from '../outcome.ts'

const returnTo = '/integrations/acme'

test('ST-07 the callback of an attacker’s own account connects nothing to the victim', async ({
  alice,
  mallory,
  stranger,
  grants,
  tokenCalls,
}) => {
  const bait = await start(mallory, 'acme', returnTo)
  const url = await approve(bait.authorizationUrl, 'mallory')
  expectError(await visitCallback(alice, url), 'invalid_state')
  const own = await start(alice, 'acme', returnTo)
  expectError(await visitCallback(alice, url), 'invalid_state')
  expectError(await visitCallback(stranger, url), 'invalid_state')
  expect(tokenCalls()).toBe(0)
  expect(await grants('alice')).toEqual([])
  expectOk(await visitCallback(alice, await approve(own.authorizationUrl)), returnTo)
  expect((await grants('alice')).map(({ account_id }) => account_id)).toEqual(['acme_ann'])
})

for (const victim of ['bob', 'a stranger', 'bob with a flow of his own'] as const)
  test(`ST-08 ${victim} cannot complete what mallory began`, async ({
    mallory,
    bob,
    stranger,
    world,
    grants,
    tokenCalls,
  }) => {
    const { authorizationUrl } = await start(mallory, 'acme', returnTo)
    if (victim === 'bob with a flow of his own') await start(bob, 'acme', returnTo)
    const browser = victim === 'a stranger' ? stranger : bob
    world.providers.acme.consentAs('bob')
    const { location } = await browser.get(authorizationUrl)
    if (!location) throw new Error('acme did not send the victim on')
    expectError(await visitCallback(browser, location), 'invalid_state')
    expect(tokenCalls()).toBe(0)
    expect(await grants('mallory')).toEqual([])
    expect(await grants('bob')).toEqual([])
    expect(world.providers.acme.log().map(({ path }) => path)).toEqual(['/authorize'])
  })

test('ST-10 another session at the callback than at the start ends the flow', async ({
  alice,
  bob,
  grants,
  tokenCalls,
}) => {
  const { authorizationUrl, cookieName } = await start(alice, 'acme', returnTo)
  const url = await approve(authorizationUrl)
  const transaction = transactionOf(alice, cookieName)
  const swapped = cookieHeader(...sessionOf(bob), transaction)
  expectError(await alice.get(url, { cookie: swapped }), 'session_mismatch', returnTo)
  const own = cookieHeader(...sessionOf(alice), transaction)
  expectError(await alice.get(url, { cookie: own }), 'invalid_state', returnTo)
  expect(tokenCalls()).toBe(0)
  expect(await grants('alice')).toEqual([])
  expect(await grants('bob')).toEqual([])
})

test('ST-11 without a session at the callback nothing is exchanged', async ({
  alice,
  grants,
  tokenCalls,
}) => {
  const { authorizationUrl, cookieName } = await start(alice, 'acme', returnTo)
  const url = await approve(authorizationUrl)
  const transaction = transactionOf(alice, cookieName)
  const session = sessionOf(alice)
  for (const { name } of session) alice.jar.remove(name)
  expectError(await visitCallback(alice, url), 'login_required', returnTo)
  const late = cookieHeader(...session, transaction)
  expectError(await alice.get(url, { cookie: late }), 'invalid_state', returnTo)
  expect(tokenCalls()).toBe(0)
  expect(await grants('alice')).toEqual([])
})

test('ST-12 who is switched off during the flow gets nothing, then or later', async ({
  alice,
  world,
  grants,
  tokenCalls,
}) => {
  const { authorizationUrl } = await start(alice, 'acme', returnTo)
  const url = await approve(authorizationUrl)
  const cookie = alice.jar.header(url)
  await world.rows.execute("update users set disabled_at = 1 where sub = 'auth0|alice'")
  expectError(await visitCallback(alice, url), 'access_denied', returnTo)
  await world.rows.execute('update users set disabled_at = null')
  expectError(await alice.get(url, { cookie }), 'invalid_state', returnTo)
  expect(tokenCalls()).toBe(0)
  expect(await grants('alice')).toEqual([])
})

test('ST-12 who is switched off during the exchange gets nothing stored, and it is revoked', async ({
  alice,
  world,
  grants,
  tokenCalls,
}) => {
  const { acme } = world.providers
  const { authorizationUrl } = await start(alice, 'acme', returnTo)
  const url = await approve(authorizationUrl)
  acme.ctl({
    endpoint: 'token',
    during: () => world.rows.execute("update users set disabled_at = 1 where sub = 'auth0|alice'"),
  })
  const known = acme.families.length
  expectError(await visitCallback(alice, url), 'access_denied', returnTo)
  expect(tokenCalls()).toBe(1)
  expect(await grants('alice', 'acme', { ended: true })).toEqual([])
  const [issued] = acme.families.slice(known).flatMap((family) => [...family.refreshTokens.keys()])
  if (!issued) throw new Error('acme issued no refresh token')
  const revoked = acme.calls('/revoke').map(({ body }) => new URLSearchParams(body).get('token'))
  expect(revoked).toEqual([issued])
  expect(acme.isLive(issued)).toBe(false)
})

test('ST-16 a planted transaction with its callback connects nothing', async ({
  mallory,
  bob,
  grants,
  tokenCalls,
}) => {
  const { authorizationUrl, cookieName } = await start(mallory, 'acme', returnTo)
  const url = await approve(authorizationUrl, 'mallory')
  const planted = transactionOf(mallory, cookieName)
  const cookie = cookieHeader(...sessionOf(bob), planted)
  expectError(await bob.get(url, { cookie }), 'session_mismatch', returnTo)
  expectError(await visitCallback(mallory, url), 'invalid_state', returnTo)
  expect(tokenCalls()).toBe(0)
  expect(await grants('bob')).toEqual([])
  expect(await grants('mallory')).toEqual([])
})
