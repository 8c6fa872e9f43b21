import { expect, test } from '../fixtures.ts'
import { connect } from '../flow.ts'
import { apiCalls, callApi, expectProblem, latestToken, rawCall, statusOf } from '../proxied.ts'
import { reconfigure } from '../reconfigure.ts'
import { headerOf, type LoggedRequest } from '../stand-in/request-log.ts'

test.beforeEach(async ({ alice }) => void (await connect(alice)))

const smuggled: readonly string[] = [
  'Cookie: other=evil',
  'Authorization: Bearer evil',
  'authorization: Basic evil',
  'Proxy-Authorization: Basic evil',
  'X-Forwarded-For: evil',
  'X-Forwarded-Host: evil',
  'Forwarded: host=evil',
  'Via: 1.1 evil',
  'X_Forwarded_User: evil',
  'X-Forwarded-User: evil',
  'X-Real-IP: evil',
  'Origin: http://evil.test',
  'Referer: http://evil.test/',
  'Keep-Alive: timeout=evil',
  'TE: trailers',
  'Trailer: evil',
  'Proxy-Connection: keep-alive',
  'traceparent: evil',
  'baggage: evil',
]

test('PX-05 no header goes on but those of the list, and one Authorization', async ({
  alice,
  world,
}) => {
  for (const lines of [...smuggled.map((line) => [line]), smuggled])
    await rawCall(world, alice, { path: 'x', lines })
  for (const named of ['Authorization', 'authorization, cookie', 'host', 'close, accept'])
    await rawCall(world, alice, { path: 'x', lines: [`Connection: ${named}`] })
  const calls = apiCalls(world)
  expect(calls.length).toBeGreaterThanOrEqual(smuggled.length)
  const names = ['host', 'connection', 'authorization', 'user-agent', 'accept-encoding']
  for (const call of calls) {
    expect(namesOf(call)).toEqual(names.toSorted())
    expect(headerOf(call, 'authorization')).toBe(`Bearer ${latestToken(world)}`)
    expect(JSON.stringify(call)).not.toContain('evil')
  }
})

test('PX-05 WD-16 any other header is refused by its name, and nothing is called', async ({
  alice,
  world,
}) => {
  for (const name of ['x-evil', 'x-api-key', 'content-encoding', 'x-http-method-override']) {
    const answer = await callApi(alice, 'x', { headers: { [name]: 'v4lue' } })
    expectProblem(answer, 400, 'invalid_request')
    expect(JSON.parse(answer.body).errors).toMatchObject([{ path: `header.${name}` }])
    expect(answer.body).not.toContain('v4lue')
  }
  const many = Array.from({ length: 200 }, (_, index) => `X-Many-${index}: evil`)
  expect(statusOf(await rawCall(world, alice, { path: 'x', lines: many }))).toBe(400)
  expect(apiCalls(world)).toEqual([])
})

test('PX-05 folded lines, spaces before colons and strange transfer codings are refused', async ({
  alice,
  world,
}) => {
  for (const lines of [
    ['X-A: 1', ' Authorization: Bearer evil'],
    ['Authorization : Bearer evil'],
    ['X-A: 1\rAuthorization: Bearer evil'],
    ['Transfer-Encoding: gzip, identity'],
  ])
    expect(statusOf(await rawCall(world, alice, { path: 'x', method: 'POST', lines }))).toBe(400)
  expect(apiCalls(world)).toEqual([])
})

const inner = 'GET /v1/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n'
const ambiguous: Record<string, { lines: readonly string[]; body: string }> = {
  'both lengths': {
    lines: ['Content-Length: 6', 'Transfer-Encoding: chunked'],
    body: `0\r\n\r\n${inner}`,
  },
  'both lengths, the other way round': {
    lines: ['Transfer-Encoding: chunked', `Content-Length: ${inner.length}`],
    body: `5\r\nhello\r\n0\r\n\r\n${inner}`,
  },
  'a coding that is none': { lines: ['Transfer-Encoding: xchunked'], body: inner },
  'a coding in disguise': { lines: ['Transfer-Encoding: \x0bchunked'], body: `0\r\n\r\n${inner}` },
  'chunked, then identity': {
    lines: ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'],
    body: `0\r\n\r\n${inner}`,
  },
  'two lengths': { lines: ['Content-Length: 0', `Content-Length: ${inner.length}`], body: inner },
  'a negative length': { lines: ['Content-Length: -1'], body: inner },
  'a signed length': { lines: [`Content-Length: +${inner.length}`], body: inner },
  'a chunk size that overflows': {
    lines: ['Transfer-Encoding: chunked'],
    body: `ffffffffffffffff1\r\nx\r\n0\r\n\r\n${inner}`,
  },
  'bare line feeds between chunks': {
    lines: ['Transfer-Encoding: chunked'],
    body: `1\nx\n0\n\n${inner}`,
  },
  'a flood of chunk extensions': {
    lines: ['Transfer-Encoding: chunked'],
    body: `1;${'a=b;'.repeat(20_000)}\r\nx\r\n0\r\n\r\n`,
  },
}

for (const [name, { lines, body }] of Object.entries(ambiguous))
  test(`PX-06 a request of ambiguous length makes no second one: ${name}`, async ({
    alice,
    world,
  }) => {
    const raw = { path: 'x', method: 'POST', lines: [...lines, 'Connection: keep-alive'], body }
    const answer = await rawCall(world, alice, raw, 1500)
    expect(answer).toContain('HTTP/1.1 4')
    expect(apiCalls(world).map(({ path }) => path)).not.toContain('/v1/smuggled')
    expect(apiCalls(world).length).toBeLessThanOrEqual(1)
  })

test('PX-06 what follows a request is another one to the app, never to the API', async ({
  alice,
  world,
}) => {
  const lines = ['Connection: keep-alive', 'Content-Length: 5']
  const raw = { path: 'x', method: 'POST', lines, body: `hello${inner}` }
  const answers = await rawCall(world, alice, raw, 1500)
  expect(answers.match(/^HTTP\/1\.1 \d{3}/gm)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 404'])
  expect(apiCalls(world).map(({ path, body }) => [path, body])).toEqual([['/v1/x', 'hello']])
})

test('PX-06 an upload is framed anew, whatever length the client gave it', async ({
  alice,
  world,
}) => {
  const chunked = ['Transfer-Encoding: chunked']
  const body = '5;ext=1\r\nhello\r\n1\r\n!\r\n0\r\nX-Trailer: evil\r\n\r\n'
  const answer = await rawCall(world, alice, { path: 'x', method: 'POST', lines: chunked, body })
  expect(statusOf(answer)).toBe(200)
  const [call] = apiCalls(world)
  if (!call) throw new Error('The API was not called')
  expect([call.body, headerOf(call, 'content-length')]).toEqual(['hello!', '6'])
  expect(JSON.stringify(call)).not.toContain('evil')
})

test('PX-10 methods that no API of the list has are refused', async ({ alice, world }) => {
  for (const method of ['TRACE', 'TRACK', 'PROPFIND', 'PURGE', 'DEBUG', 'get']) {
    const status = statusOf(await rawCall(world, alice, { path: 'x', method }))
    // Node's parser knows no TRACK, DEBUG or get.
    expect(status, method).toBe(['TRACE', 'PROPFIND', 'PURGE'].includes(method) ? 405 : 400)
  }
  expect(statusOf(await rawCall(world, alice, { path: 'x', method: 'CONNECT' }))).toBeUndefined()
  const answer = await callApi(alice, 'x', { method: 'OPTIONS' })
  expectProblem(answer, 405, 'forbidden')
  expect(answer.headers.allow).toBe('GET, HEAD, POST, PUT, PATCH, DELETE')
  expect(apiCalls(world)).toEqual([])
})

test('PX-10 a method that the entry does not list is refused, and cannot be smuggled in', async ({
  alice,
  world,
}) => {
  const restore = await reconfigure(world, { entries: { acme: { api_methods: ['GET', 'POST'] } } })
  try {
    for (const method of ['HEAD', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await callApi(alice, 'x', { method })
      expect(answer.status).toBe(405)
      expect(answer.headers.allow).toBe('GET, POST')
    }
    expect(apiCalls(world)).toEqual([])
    for (const name of ['x-http-method-override', 'x-http-method', 'x-method-override']) {
      const headers = { [name]: 'DELETE' }
      expectProblem(await callApi(alice, 'x', { method: 'POST', headers }), 400, 'invalid_request')
    }
    for (const query of ['a=1&_method=DELETE', 'X-HTTP-Method-Override=DELETE'])
      expectProblem(await callApi(alice, `x?${query}`, { method: 'POST' }), 400, 'invalid_request')
    expect(apiCalls(world)).toEqual([])
    expect((await callApi(alice, 'x?a=1', { method: 'POST' })).status).toBe(200)
  } finally {
    await restore()
  }
})

test('PX-10 an entry without api lets nothing be called', async ({ alice, world }) => {
  const restore = await reconfigure(world, { entries: { acme: { api: [] } } })
  try {
    expectProblem(await callApi(alice, 'x'), 403, 'forbidden')
    expect(apiCalls(world)).toEqual([])
  } finally {
    await restore()
  }
})

for (const upgrade of ['websocket', 'h2c', 'TLS/1.0'])
  test(`PX-15 no connection becomes another protocol: ${upgrade}`, async ({ alice, world }) => {
    const lines = [
      'Connection: Upgrade, HTTP2-Settings',
      `Upgrade: ${upgrade}`,
      'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ]
    expect(statusOf(await rawCall(world, alice, { path: 'x', lines }))).toBe(426)
    expect(apiCalls(world)).toEqual([])
  })

test('PX-15 a stream of events is refused', async ({ alice, world }) => {
  const headers = { 'content-type': 'text/event-stream' }
  world.providers.acme.ctl({ endpoint: 'api', headers, body: 'data: 1\n\n' })
  const answer = await callApi(alice, 'x', { headers: { accept: 'text/event-stream' } })
  expectProblem(answer, 502, 'provider_error')
})

/** In lower case, each as often as it is there. */
function namesOf({ rawHeaders }: LoggedRequest): string[] {
  return rawHeaders.flatMap((name, index) => (index % 2 ? [] : [name.toLowerCase()])).toSorted()
}
