import { askApi, fullToken } from '../api.ts'
import { expect, test } from '../fixtures.ts'
import { connect } from '../flow.ts'
import { inOwnWorld } from '../own-world.ts'
import { apiCalls, expectProblem, latestToken } from '../proxied.ts'
import { headerOf } from '../stand-in/request-log.ts'
import { userToken } from '../user-token.ts'

const path = '/api/integrations/acme/proxy/things/1'

test('a SPA calls the third party with its own token, which goes no further', async ({
  alice,
  world,
}) => {
  await connect(alice)
  const token = await fullToken(world, 'alice')
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
    const answer = await askApi(world, path, { method, token, body: { a: 1 } })
    expect(answer.status, answer.body).toBe(200)
    expect(answer.headers['access-control-allow-origin']).toBe(world.spa.url)
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined()
  }
  const calls = apiCalls(world)
  expect(calls).toHaveLength(5)
  for (const call of calls) {
    expect(headerOf(call, 'authorization')).toBe(`Bearer ${latestToken(world)}`)
    expect(JSON.stringify(call)).not.toContain(token)
  }
})

test('a token that may only read calls by GET and HEAD, and no other way', async ({
  alice,
  world,
}) => {
  await connect(alice)
  const token = await userToken(world.login, 'alice', { scope: 'integrations:read' })
  for (const method of ['GET', 'HEAD'])
    expect((await askApi(world, path, { method, token })).status).toBe(200)
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
    expectProblem(await askApi(world, path, { method, token }), 403, 'insufficient_scope')
  expect(apiCalls(world)).toHaveLength(2)
})

test('PX-09 a token beside the login cookie calls nothing', async ({ alice, world }) => {
  await connect(alice)
  const authorization = `Bearer ${await fullToken(world, 'alice')}`
  const headers = { authorization, 'sec-fetch-site': 'same-origin', 'x-grantkeeper': '1' }
  expectProblem(await alice.get(path, { headers }), 403, 'forbidden')
  expect(apiCalls(world)).toEqual([])
})

test('a preflight lets a SPA send what APIs ask for, such as versions and conditions', async ({
  world,
}) => {
  const headers = { 'access-control-request-method': 'PATCH' }
  const answer = await askApi(world, path, { method: 'OPTIONS', headers })
  expect(answer.status).toBe(204)
  const allowed = answer.headers['access-control-allow-headers']?.split(', ')
  for (const name of ['authorization', 'grantkeeper-grant', 'if-match', 'x-github-api-version'])
    expect(allowed).toContain(name)
  expect(apiCalls(world)).toEqual([])
})

test('SA-14 the proxy has a limit of its own for each user, and tells it where it refuses', async () => {
  await inOwnWorld({}, async ({ world }) => {
    const tokens = { alice: await fullToken(world, 'alice'), bob: await fullToken(world, 'bob') }
    const ask = (token: string, n = 0) =>
      askApi(world, path, { token, headers: { 'x-forwarded-for': `203.0.113.${n % 256}` } })
    for (let n = 0; n < 1_200; n += 40) {
      const some = Array.from({ length: 40 }, (_, more) => ask(tokens.alice, n + more))
      for (const { status } of await Promise.all(some)) expect(status).toBe(404)
    }
    const refused = await ask(tokens.alice)
    expectProblem(refused, 429, 'rate_limited')
    expect(refused.headers['ratelimit-policy']).toBe('"proxy";q=1200;w=60')
    expect(refused.headers['retry-after']).toMatch(/^\d+$/)
    expect((await ask(tokens.bob)).status).toBe(404)
  })
})
