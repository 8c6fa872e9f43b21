import { randomBytes } from 'node:crypto'
import { expect, test } from '../fixtures.ts'
import { approve, deletedTransactionCookies, start, visitCallback } from '../flow.ts'
import { expectError, expectOk } from '../outcome.ts'
import { inOwnWorld } from '../own-world.ts'

const returnTo = '/integrations/acme'

test('ST-04 a state that was used is refused, whatever the cookie and the code', async ({
  alice,
  grants,
  tokenCalls,
}) => {
  const { authorizationUrl } = await start(alice, 'acme', returnTo)
  const first = await approve(authorizationUrl)
  const cookie = alice.jar.header(first)
  expectOk(await visitCallback(alice, first), returnTo)
  const kept = await grants('alice')
  const second = await approve(authorizationUrl)
  expect(second.searchParams.get('code')).not.toBe(first.searchParams.get('code'))
  for (const url of [first, second])
    expectError(await alice.get(url, { cookie }), 'invalid_state', returnTo)
  expect(tokenCalls()).toBe(1)
  expect(await grants('alice')).toEqual(kept)
})

test('ST-05 of twenty identical callbacks at once, one goes on', async ({
  alice,
  world,
  grants,
  tokenCalls,
}) => {
  world.providers.acme.ctl({ endpoint: 'token', delay_before_headers: 500 })
  const { authorizationUrl } = await start(alice, 'acme', returnTo)
  const url = await approve(authorizationUrl)
  const cookie = alice.jar.header(url)
  const answers = await Promise.all(Array.from({ length: 20 }, () => alice.get(url, { cookie })))
  const isOk = ({ location }: { location: URL | undefined }) =>
    location?.searchParams.get('status') === 'connected'
  const [won, ...more] = answers.filter(isOk)
  expect(more).toEqual([])
  if (!won) throw new Error('None of the twenty connected')
  expectOk(won, returnTo)
  for (const lost of answers.filter((answer) => answer !== won))
    expectError(lost, 'invalid_state', returnTo)
  expect(tokenCalls()).toBe(1)
  expect(await grants('alice')).toHaveLength(1)
})

test('ST-06 a state that is late is told to be late, and used up', async () => {
  test.setTimeout(120_000)
  await inOwnWorld({ env: { TRANSACTION_TTL_S: '1' } }, async ({ world, visit }) => {
    const alice = await visit('alice')
    const { authorizationUrl, response } = await start(alice, 'acme', returnTo)
    expect(response.setCookies.join()).toMatch(/oauth_tx_[^;]+;.*Max-Age=301\b/i)
    const latest = Date.now() + 2000
    await expect.poll(() => Date.now()).toBeGreaterThan(latest)
    const url = await approve(authorizationUrl)
    const cookie = alice.jar.header(url)
    const answer = await visitCallback(alice, url)
    expectError(answer, 'expired_state', returnTo)
    expect(deletedTransactionCookies(answer)).toHaveLength(1)
    expectError(await alice.get(url, { cookie }), 'invalid_state', returnTo)
    expect(world.providers.acme.calls('/token')).toEqual([])
    expect(await world.rows.all('grants')).toEqual([])
  })
})

test('ST-27 a stranger cannot burn a flow that is pending', async ({
  alice,
  bob,
  stranger,
  world,
  tokenCalls,
}) => {
  const { authorizationUrl } = await start(alice, 'acme', returnTo)
  const url = await approve(authorizationUrl)
  for (let round = 0; round < 50; round += 1)
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const guess = new URL(url)
        if (index % 2) guess.searchParams.set('state', randomBytes(32).toString('base64url'))
        expectError(await visitCallback(stranger, guess), 'invalid_state')
      }),
    )
  expectError(await visitCallback(bob, url), 'invalid_state')
  expect(await world.rows.all('used_transactions')).toEqual([])
  expect(tokenCalls()).toBe(0)
  expectOk(await visitCallback(alice, url), returnTo)
  expect(tokenCalls()).toBe(1)
})
