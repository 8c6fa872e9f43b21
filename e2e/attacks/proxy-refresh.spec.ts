import { expect, test } from '../fixtures.ts'
import { connect } from '../flow.ts'
import { apiCalls, callApi, expectProblem, latestToken } from '../proxied.ts'
import { headerOf } from '../stand-in/request-log.ts'

test.beforeEach(async ({ alice }) => void (await connect(alice)))

test('PX-14 fifty calls to an API that refuses every token lead to one refresh', async ({
  alice,
  world,
  tokenCalls,
}) => {
  world.providers.acme.ctl({ endpoint: 'api', status: 401, body: 'AT_cnry_no' })
  const before = tokenCalls()
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) => callApi(alice, `x/${index}`)),
  )
  for (const answer of answers) expectProblem(answer, 409, 'provider_error')
  expect(tokenCalls()).toBe(before + 1)
  for (let index = 0; index < 50; index += 1) {
    const calls = world.providers.acme.calls(`/v1/x/${index}`).length
    expect([1, 2], `call ${index}`).toContain(calls)
  }
  // The cool-down: nobody tries again, and the grant is as good as before.
  expectProblem(await callApi(alice, 'again'), 409, 'provider_error')
  expect(tokenCalls()).toBe(before + 1)
  expect(await world.rows.all('grants')).toMatchObject([{ status: 'active' }])
})

test('PX-14 a token that is refused once is refreshed, and the call made once more', async ({
  alice,
  world,
  tokenCalls,
}) => {
  const first = latestToken(world)
  const before = tokenCalls()
  for (const method of ['POST', 'GET']) {
    world.providers.acme.ctl({ endpoint: 'api', nth: 1, status: 401 })
    const body = method === 'POST' ? 'x'.repeat(50_000) : ''
    const answer = await callApi(alice, 'x', { method, body })
    if (method === 'POST')
      expect(JSON.parse(answer.body)).toMatchObject({ account: 'acme_ann', bytes: 50_000 })
    // Within the cool-down.
    else expectProblem(answer, 409, 'provider_error')
  }
  expect(tokenCalls()).toBe(before + 1)
  const tokens = apiCalls(world).map((call) => headerOf(call, 'authorization'))
  const second = latestToken(world)
  expect(second).not.toBe(first)
  expect(tokens).toEqual([first, second, second].map((token) => `Bearer ${token}`))
})

test('PX-14 an upload that has passed through is not made twice', async ({
  alice,
  world,
  tokenCalls,
}) => {
  world.providers.acme.ctl({ endpoint: 'api', status: 401 })
  const before = tokenCalls()
  const body = 'x'.repeat(20_000_000)
  const answer = await callApi(alice, 'upload', { method: 'POST', body })
  expectProblem(answer, 409, 'provider_error')
  expect(world.providers.acme.calls('/v1/upload')).toHaveLength(1)
  expect(tokenCalls()).toBe(before + 1)
  world.providers.acme.reset()
  const again = await callApi(alice, 'upload', { method: 'PUT', body })
  expect(JSON.parse(again.body)).toMatchObject({ method: 'PUT', bytes: 20_000_000 })
})

test('PX-14 a grant that the provider has ended says so', async ({ alice, world, tokenCalls }) => {
  const before = tokenCalls()
  for (const family of world.providers.acme.families) family.isEnded = true
  expectProblem(await callApi(alice, 'x'), 409, 'reauthorization_required')
  expectProblem(await callApi(alice, 'x'), 409, 'reauthorization_required')
  expect(tokenCalls()).toBe(before + 1)
  expect(apiCalls(world)).toHaveLength(1)
})
