import { askApi, fullToken } from '../api.ts'
import { apiKey } from '../api-key.ts'
import { expect, test } from '../fixtures.ts'
import { connect } from '../flow.ts'
import { apiCalls, callApi, expectProblem, latestToken } from '../proxied.ts'
import { reconfigure } from '../reconfigure.ts'
import { headerOf } from '../stand-in/request-log.ts'
import { bearer, vend } from '../token-request.ts'
import { userToken } from '../user-token.ts'

let restore: () => Promise<void>
test.beforeAll(async ({ world }) => {
  const { url } = world.providers.acme
  restore = await reconfigure(world, {
    entries: {
      acme: {
        api: [`${url}/v1/`, `${url}/`],
        api_headers: { 'Client-Id': '{client_id}' },
        api_forward: ['X-Tenant-Id'],
        api_query: ['token'],
        api_except: ['/admin/*'],
        reads: ['GET /items/*', 'POST /search'],
      },
    },
  })
})
test.afterAll(() => restore())
test.beforeEach(async ({ alice }) => void (await connect(alice)))

const at = (path: string) => `/api/integrations/acme/proxy/${path}`

test('AU-11 a token that may only read does what the entry calls reading, and nothing else', async ({
  world,
}) => {
  const token = await userToken(world.login, 'alice', { scope: 'integrations:read' })
  const ask = (method: string, path: string) => askApi(world, at(path), { method, token })
  for (const [method, path] of [
    ['GET', 'items/1'],
    ['HEAD', 'items/1'],
    ['POST', 'search'],
  ] as const)
    expect((await ask(method, path)).status, path).toBe(200)
  for (const [method, path] of [
    ['GET', 'chat.postMessage?text=x'],
    ['GET', 'ITEMS/1'],
    ['GET', 'search'],
    ['POST', 'items/1'],
    ['DELETE', 'items/1'],
  ] as const)
    expectProblem(await ask(method, path), 403, 'insufficient_scope')
  expect(apiCalls(world)).toHaveLength(3)
  const full = await fullToken(world, 'alice')
  expect((await askApi(world, at('chat.postMessage'), { token: full })).status).toBe(200)
})

test('AU-11 the endpoints of tokens and revocation are called by nobody, however they are spelt', async ({
  alice,
  world,
}) => {
  const { acme } = world.providers
  const before = acme.calls('/token').length
  const root = { 'grantkeeper-api': `${acme.url}/` }
  for (const path of [
    ...['token', 'revoke', 'Revoke', '%72evoke', 'revoke/', 'revoke.', 'revoke?a=1', 'revoke/x'],
    ...['admin/x', 'ADMIN/x/y', 'admin%2e/x'],
  ])
    for (const method of ['GET', 'POST'])
      expectProblem(await callApi(alice, path, { method, headers: root }), 403, 'forbidden')
  expectProblem(await callApi(alice, 'admin/x'), 403, 'forbidden')
  expect(acme.calls('/revoke')).toEqual([])
  expect(acme.calls('/token')).toHaveLength(before)
  expect(apiCalls(world)).toEqual([])
})

test('WD-16 headers and parameters go on where the entry says so, and nothing is dropped silently', async ({
  alice,
  world,
}) => {
  const headers = { 'x-tenant-id': '7', 'client-id': 'evil', traceparent: '00-1', baggage: 'a=b' }
  const refused = await callApi(alice, 'items/delta?token=latest', {
    headers: { ...headers, 'x-a': '1' },
  })
  expectProblem(refused, 400, 'invalid_request')
  expect(JSON.parse(refused.body).errors).toMatchObject([{ path: 'header.x-a' }])
  expectProblem(await callApi(alice, 'items/1?api_key=1'), 400, 'invalid_request')
  expect(apiCalls(world)).toEqual([])
  expect((await callApi(alice, 'items/delta?token=latest', { headers })).status).toBe(200)
  const [call] = apiCalls(world)
  if (!call) throw new Error('The API was not called')
  expect(call.url).toBe('/v1/items/delta?token=latest')
  expect(headerOf(call, 'x-tenant-id')).toBe('7')
  expect(headerOf(call, 'client-id')).toBe(world.providers.acme.client.id)
  for (const name of ['traceparent', 'baggage']) expect(headerOf(call, name)).toBeUndefined()
})

test('a SPA that is traced may call, and its preflight allows what the entry passes on', async ({
  world,
}) => {
  const headers = { 'access-control-request-method': 'GET' }
  const answer = await askApi(world, at('items/1'), { method: 'OPTIONS', headers })
  const allowed = answer.headers['access-control-allow-headers']?.split(', ')
  for (const name of ['traceparent', 'baggage', 'sentry-trace', 'x-tenant-id'])
    expect(allowed).toContain(name)
})

test('AU-12 the token is found in every spelling that common encoders make', async ({
  alice,
  world,
}) => {
  const token = latestToken(world)
  const [first = '', ...rest] = token
  const hex = first.charCodeAt(0).toString(16)
  const escaped = ['\\u00', '%', '&#x'].map((how) => `${how}${hex}${how === '&#x' ? ';' : ''}`)
  const bodies = [
    ...escaped.map((beginning) => beginning + rest.join('')),
    token.replaceAll('_', '\\u005F'),
    token.replaceAll('_', '%5f'),
    token.replaceAll('_', '&lowbar;'),
    token.replaceAll('_', '&amp;#95;'),
    ...(['base64', 'base64url', 'hex'] as const).map((how) =>
      Buffer.from(`Bearer ${token}`).toString(how),
    ),
  ]
  for (const body of bodies) {
    world.providers.acme.ctl({
      endpoint: 'api',
      body: JSON.stringify({ body }).replaceAll('\\\\', '\\'),
    })
    expectProblem(await callApi(alice, 'x'), 502, 'provider_error')
  }
})

test('WD-08 a coding that nobody knows on plain bytes is read as plain bytes', async ({
  alice,
  world,
}) => {
  for (const coding of ['UTF-8', 'none']) {
    const headers = { 'content-encoding': coding, 'content-type': 'application/json' }
    world.providers.acme.ctl({ endpoint: 'api', body: '{"a":1}', headers })
    const answer = await callApi(alice, 'x')
    expect([answer.status, answer.body]).toEqual([200, '{"a":1}'])
    world.providers.acme.ctl({ endpoint: 'api', body: `{"a":"${latestToken(world)}"}`, headers })
    expectProblem(await callApi(alice, 'x'), 502, 'provider_error')
  }
})

test('WD-13 a job reports a token as refused, and gets another one, once in 30 seconds', async ({
  world,
  tokenCalls,
}) => {
  const authorization = bearer(await apiKey(world))
  const ask = (refused?: boolean) =>
    vend(world, { authorization, body: { user: 'auth0|alice', ...(refused && { refused }) } })
  const before = tokenCalls()
  const first = await ask()
  const second = await ask(true)
  expect(second.access_token).not.toBe(first.access_token)
  for (const again of [await ask(true), await ask(true), await ask()])
    expect(again.access_token).toBe(second.access_token)
  expect(tokenCalls()).toBe(before + 1)
})
