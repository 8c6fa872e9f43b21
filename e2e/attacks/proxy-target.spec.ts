import { expect, test } from '../fixtures.ts'
import { connect } from '../flow.ts'
import { apiCalls, callApi, expectInert, expectProblem, rawCall, statusOf } from '../proxied.ts'
import { rawGet, rawRequest } from '../raw-request.ts'
import type { Row } from '../rows.ts'
import { headerOf } from '../stand-in/request-log.ts'

test.beforeEach(async ({ alice }) => void (await connect(alice)))

test('a call reaches the API with the token and comes back', async ({ alice, world, grants }) => {
  const answer = await callApi(alice, 'items/1/?page=2&q=a%20b')
  expect([answer.status, JSON.parse(answer.body)]).toEqual([
    200,
    {
      account: 'acme_ann',
      method: 'GET',
      path: '/v1/items/1/',
      query: '?page=2&q=a%20b',
      bytes: 0,
    },
  ])
  expect(answer.headers['content-type']).toBe('application/json')
  expectInert(answer)
  const [grant] = await grants('alice')
  const isUse = ({ type, grant_id }: Row) => type === 'used' && grant_id === grant?.id
  await expect
    .poll(async () => (await world.rows.all('events')).filter(isUse))
    .toMatchObject([{ actor: 'user', provider: 'acme', times: 1 }])
})

for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
  test(`a ${method} takes its body along`, async ({ alice, world }) => {
    // Node's client frames the body of a DELETE only where it is told to.
    const headers = { 'content-type': 'application/json', 'content-length': '7' }
    const answer = await callApi(alice, 'items', { method, headers, body: '{"a":1}' })
    expect(JSON.parse(answer.body)).toMatchObject({ method, bytes: 7 })
    const [call] = apiCalls(world)
    if (!call) throw new Error('The API was not called')
    expect([call.body, headerOf(call, 'content-type')]).toEqual(['{"a":1}', 'application/json'])
  })

const escapes = [
  'http://evil.test/x',
  '//evil.test/x',
  '/\\evil.test/x',
  'http:%2f%2fevil.test/x',
  '%2f%2fevil.test',
  '@evil.test/x',
  '.evil.test/x',
  '?url=http://evil.test',
]

test('PX-01 a path cannot leave the host', async ({ alice, world }) => {
  for (const wanted of escapes) {
    const path = wanted.replaceAll('http://evil.test', world.attacker.url)
    await rawCall(world, alice, { path })
  }
  const absolute = `${world.attacker.url}/api/integrations/acme/proxy/x`
  const bytes = rawGet(absolute, [`Cookie: ${alice.jar.header(new URL(world.appUrl))}`])
  expect(statusOf(await rawRequest({ port: world.app.port, bytes }))).toBe(400)
  expect(world.attacker.log).toEqual([])
  for (const { url } of apiCalls(world)) expect(url).toMatch(/^\/v1\/(@evil|\.evil|\?url)/)
})

const climbing = [
  '../admin',
  '..',
  'x/../../admin',
  '%2e%2e/admin',
  '.%2e/admin',
  '%252e%252e/admin',
  '%25252e%25252e/admin',
  '..%2fadmin',
  '..%252fadmin',
  '..;/admin',
  '..%3b/admin',
  'v1/..%5cadmin',
  'v1/..\\admin',
  './x',
  'x/./y',
  'x//y',
  '/x',
  '%00',
  'x%0d%0aHost:%20evil.test',
  '%ef%bc%8e%ef%bc%8e/admin',
  '%e2%80%a5/admin',
  '%c0%ae%c0%ae/admin',
  'x%ef%bc%8fy',
  'x%u002e%u002e',
  '%',
  '%zz',
  `${'x/'.repeat(4096)}x`,
]

for (const path of climbing)
  test(`PX-02 a path cannot climb out of the API: ${path.slice(0, 40)}`, async ({
    alice,
    world,
  }) => {
    const answer = await rawCall(world, alice, { path })
    expect(statusOf(answer), answer).toBeGreaterThanOrEqual(400)
    expect(statusOf(answer), answer).toBeLessThan(500)
    expect(world.providers.acme.log().map(({ path }) => path)).not.toContainEqual(
      expect.stringMatching(/admin|^\/v1\//),
    )
  })

test('PX-03 MX-24 neither header, query nor body of the client names a host', async ({
  alice,
  world,
}) => {
  const { url, log } = world.attacker
  const host = new URL(url).host
  const headers = {
    host,
    'x-forwarded-host': host,
    'x-original-url': url,
    'x-rewrite-url': url,
    'x-host': host,
    forwarded: `host=${host}`,
    'content-type': 'application/json',
  }
  const body = JSON.stringify({ url, base_url: url, baseUrl: url })
  const query = new URLSearchParams({ url, base_url: url, baseUrlOverride: url, host })
  const answer = await callApi(alice, `x?${query}`, { method: 'POST', headers, body })
  expect(answer.status).toBe(200)
  for (const api of [url, `${url}/`, `${world.providers.evil.url}/v1/`, ''])
    expectProblem(
      await callApi(alice, 'x', { headers: { 'grantkeeper-api': api } }),
      403,
      'forbidden',
    )
  const override = { ...headers, 'base-url-override': url }
  const refused = await callApi(alice, 'x', { method: 'POST', headers: override, body })
  expectProblem(refused, 400, 'invalid_request')
  expect(log).toEqual([])
  expect(world.providers.evil.log()).toEqual([])
  const [call] = apiCalls(world)
  if (!call) throw new Error('The API was not called')
  expect(headerOf(call, 'host')).toBe(new URL(world.providers.acme.url).host)
  const named = { 'grantkeeper-api': `${world.providers.acme.url}/v1/` }
  expect((await callApi(alice, 'x', { headers: named })).status).toBe(200)
})

test('PX-13 no token of the client goes on in a query, and ours is in none', async ({
  alice,
  world,
}) => {
  const names = [
    'access_token',
    'oauth_token',
    'ACCESS_TOKEN',
    'access%5Ftoken',
    'token',
    'api_key',
  ]
  for (const query of [...names.map((name) => `a=1&${name}=evil&b=2`), 'b=2;access_token=3']) {
    const answer = await callApi(alice, `x?${query}`)
    // What Next has already written as part of a value is one.
    if (query.includes(';') && answer.status === 200)
      expect(JSON.parse(answer.body).query).toBe('?b=2%3Baccess_token%3D3')
    else {
      expectProblem(answer, 400, 'invalid_request')
      expect(JSON.parse(answer.body).errors).toMatchObject([
        { path: expect.stringMatching(/^query\./) },
      ])
    }
  }
  for (const { url } of world.providers.acme.log()) {
    expect(url).not.toContain('AT_cnry_')
    expect(url).not.toContain('evil')
  }
})

test('whose the grant is, is decided here: none, another’s and several', async ({
  alice,
  bob,
  grants,
}) => {
  expectProblem(await callApi(bob, 'x'), 404, 'not_connected')
  expectProblem(await callApi(alice, 'x', { provider: 'plain' }), 404, 'not_connected')
  expectProblem(await callApi(alice, 'x', { provider: 'nobody' }), 404, 'unknown_provider')
  const [first] = await grants('alice')
  const grant = { 'grantkeeper-grant': String(first?.id) }
  expectProblem(await callApi(bob, 'x', { headers: grant }), 404, 'not_connected')
  await connect(alice, 'acme', { account: 'other' })
  expectProblem(await callApi(alice, 'x'), 409, 'account_required')
  const answer = await callApi(alice, 'x', { headers: grant })
  expect(JSON.parse(answer.body).account).toBe('acme_ann')
})
