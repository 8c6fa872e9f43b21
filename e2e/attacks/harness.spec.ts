import { apiKey } from '../api-key.ts'
import { expect, test } from '../fixtures.ts'
import { approve, connect, requestStart, start, visitCallback } from '../flow.ts'
import { expectConfirmPage, expectError, expectOk } from '../outcome.ts'
import { bearer, vend } from '../token-request.ts'

test('a connect from the app ends connected, with one grant and one token call', async ({
  alice,
  grants,
  tokenCalls,
}) => {
  const { authorizationUrl, returnTo } = await start(alice)
  expectOk(await visitCallback(alice, await approve(authorizationUrl)), returnTo)
  expect(tokenCalls('acme')).toBe(1)
  expect(await grants('alice', 'acme')).toHaveLength(1)
})

for (const provider of ['plain', 'evil', 'openid', 'par'] as const)
  test(`a connect works at ${provider}`, async ({ alice, grants }) => {
    expectOk(await connect(alice, provider))
    expect(await grants('alice', provider)).toHaveLength(1)
  })

test('a connect ends at the SPA that asked', async ({ alice, world }) => {
  const returnTo = `${world.spa.url}/app/settings?tab=1#top`
  expectOk(await connect(alice, 'acme', { returnTo }), returnTo)
})

test('a callback that nobody asked for is refused', async ({ alice, grants, tokenCalls }) => {
  expectError(await alice.get('/api/integrations/acme/callback?code=X'), 'invalid_state')
  expect(tokenCalls('acme')).toBe(0)
  expect(await grants('alice', 'acme')).toHaveLength(0)
})

test('a start from another site is asked about first', async ({ alice }) => {
  const headers = { 'sec-fetch-site': 'cross-site' }
  expectConfirmPage(await requestStart({ visitor: alice, headers }), 'acme')
})

test('a use that is on its way when the tables are emptied is told nowhere', async ({
  alice,
  world,
}) => {
  expectOk(await connect(alice))
  await vend(world, {
    authorization: bearer(await apiKey(world)),
    body: { user: 'auth0|alice' },
  })
  await world.rows.clear()
  // Told to stop, the app stores what it has gathered.
  await world.restart()
  expect(await world.rows.all('events')).toEqual([])
})
