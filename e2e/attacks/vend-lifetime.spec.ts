import { apiKey } from '../api-key.ts'
import { expect, test } from '../fixtures.ts'
import { connect } from '../flow.ts'
import { askForToken, bearer, vend } from '../token-request.ts'
import type { World } from '../world.ts'

const user = 'auth0|alice'

test('TA-07 a token that would end too early is renewed first, once', async ({
  alice,
  tokenCalls,
  world,
}) => {
  world.providers.acme.ctl({ endpoint: 'token', merge: { expires_in: 90 } })
  await connect(alice)
  const authorization = bearer(await apiKey(world))
  const ask = (min_ttl: number) => vend(world, { authorization, body: { user, min_ttl } })
  const first = await ask(60)
  expect(first.expires_in).toBeGreaterThanOrEqual(80)
  expect(tokenCalls()).toBe(1)
  await age(world, 40)
  const [second, third] = await Promise.all([ask(60), ask(60)])
  expect(tokenCalls()).toBe(2)
  expect(second.expires_in).toBeGreaterThanOrEqual(60)
  expect(second.access_token).not.toBe(first.access_token)
  expect(third.access_token).toBe(second.access_token)
  await age(world, 20)
  expect((await ask(60)).access_token).toBe(second.access_token)
  expect(tokenCalls()).toBe(2)
})

test('TA-07 a job that says nothing has a minute left for its work', async ({
  alice,
  tokenCalls,
  world,
}) => {
  await connect(alice)
  const authorization = bearer(await apiKey(world))
  const ask = () => vend(world, { authorization, body: { user } })
  await age(world, 3600 - 50)
  expect((await ask()).expires_in).toBeGreaterThan(3000)
  expect(tokenCalls()).toBe(2)
})

test('TA-07 a job that asks for more life than tokens have does not cause a refresh each time', async ({
  alice,
  tokenCalls,
  world,
}) => {
  world.providers.acme.ctl({ endpoint: 'token', merge: { expires_in: 90 } })
  await connect(alice)
  const authorization = bearer(await apiKey(world))
  for (let n = 0; n < 5; n += 1)
    await vend(world, { authorization, body: { user, min_ttl: 86_400 } })
  expect(tokenCalls()).toBe(1)
})

test('TA-07 the life that is asked for is a whole number of seconds, a day at most', async ({
  alice,
  tokenCalls,
  world,
}) => {
  await connect(alice)
  const authorization = bearer(await apiKey(world))
  for (const min_ttl of [-1, 1.5, '60', null, 86_401, 1e300, [60], true]) {
    const answer = await askForToken(world, { authorization, body: { user, min_ttl } })
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([400, 'invalid_request'])
  }
  expect(tokenCalls()).toBe(1)
})

/** Lets so many seconds pass for all tokens. */
async function age({ rows }: World, seconds: number): Promise<void> {
  const columns = ['access_token_expires_at', 'last_refreshed_at', 'connected_at']
  const changes = columns.map((name) => `${name} = ${name} - ${seconds * 1000}`)
  await rows.execute(`update grants set ${changes.join(', ')}`)
}
