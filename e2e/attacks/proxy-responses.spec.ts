import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { expect, test } from '../fixtures.ts'
import { connect } from '../flow.ts'
import { apiCalls, callApi, expectInert, expectProblem, latestToken } from '../proxied.ts'

test.beforeEach(async ({ alice }) => void (await connect(alice)))

for (const status of [300, 301, 302, 303, 305, 307, 308])
  test(`PX-04 a redirect of the API is not followed, and not passed on: ${status}`, async ({
    alice,
    world,
  }) => {
    const { attacker, providers } = world
    for (const redirect_to of [
      `${attacker.url}/steal`,
      attacker.url.replace('http:', 'https:'),
      `${providers.acme.url}/v1/elsewhere`,
      '/v1/elsewhere',
      'http://169.254.169.254/latest/meta-data',
    ]) {
      providers.acme.ctl({ endpoint: 'api', status, redirect_to, body: 'AT_cnry_moved' })
      for (const method of ['GET', 'POST'])
        expectProblem(await callApi(alice, 'x', { method }), 502, 'provider_error')
    }
    expect(attacker.log).toEqual([])
    expect(apiCalls(world).every(({ path }) => path === '/v1/x')).toBe(true)
  })

test('PX-07 no header of the API speaks for the origin of the app', async ({ alice, world }) => {
  const harmful = {
    'set-cookie': ['__session=evil; Path=/', 'a=b'],
    'content-security-policy': "default-src *; script-src 'unsafe-inline'",
    'access-control-allow-origin': '*',
    'access-control-allow-credentials': 'true',
    'strict-transport-security': 'max-age=0',
    'clear-site-data': '"*"',
    'service-worker-allowed': '/',
    refresh: '0;url=http://evil.test/',
    link: '<http://evil.test/>; rel=preload',
    nel: '{"report_to":"evil"}',
    'report-to': '{"group":"evil"}',
    'www-authenticate': 'Basic realm="evil"',
    location: 'http://evil.test/',
    'x-frame-options': 'ALLOWALL',
    'cross-origin-resource-policy': 'cross-origin',
    'cross-origin-opener-policy': 'unsafe-none',
    'cache-control': 'public, max-age=31536000',
    vary: '*',
    sourcemap: 'http://evil.test/',
    'x-evil': 'evil',
  }
  const kept = { etag: '"1"', 'retry-after': '7', 'ratelimit-remaining': '3' }
  world.providers.acme.ctl({ endpoint: 'api', headers: { ...harmful, ...kept } })
  for (const method of ['GET', 'HEAD', 'POST']) {
    const { headers, ...answer } = await callApi(alice, 'x', { method })
    expect(answer.status).toBe(200)
    expect(headers).toMatchObject(kept)
    expect(headers['cross-origin-opener-policy']).toBe('same-origin')
    expect(headers['content-type']).toBe('application/json')
    expect(JSON.stringify(headers)).not.toContain('evil')
    for (const name of ['access-control-allow-origin', 'clear-site-data', 'refresh', 'link'])
      expect(headers[name], name).toBeUndefined()
    expectInert({ ...answer, headers })
  }
})

test('an error of the API is the client’s to read, under its own status', async ({
  alice,
  world,
}) => {
  for (const status of [400, 403, 404, 409, 422, 429, 500, 503]) {
    world.providers.acme.ctl({ endpoint: 'api', status, body: `{"error":${status}}` })
    const answer = await callApi(alice, 'x')
    expect([answer.status, answer.body]).toEqual([status, `{"error":${status}}`])
    expectInert(answer)
  }
})

test('a condition is answered without a body, and a range with its part', async ({
  alice,
  world,
}) => {
  world.providers.acme.ctl({ endpoint: 'api', status: 304, body: '', headers: { etag: '"1"' } })
  const unchanged = await callApi(alice, 'x', { headers: { 'if-none-match': '"1"' } })
  expect([unchanged.status, unchanged.body, unchanged.headers.etag]).toEqual([304, '', '"1"'])
  const headers = { 'content-range': 'bytes 0-1/9' }
  world.providers.acme.ctl({ endpoint: 'api', status: 206, body: '{}', headers })
  const part = await callApi(alice, 'x', { headers: { range: 'bytes=0-1' } })
  expect([part.status, part.body, part.headers['content-range']]).toEqual([
    206,
    '{}',
    'bytes 0-1/9',
  ])
})

test('PX-11 an API that echoes the token is not passed on', async ({ alice, world }) => {
  expectProblem(await callApi(alice, 'echo'), 502, 'provider_error')
  const [call] = apiCalls(world)
  expect(JSON.stringify(call)).toContain(latestToken(world))
})

test('PX-11 the token is found wherever the API puts it', async ({ alice, world }) => {
  const token = latestToken(world)
  const { acme } = world.providers
  const body = JSON.stringify({ youSent: { authorization: `Bearer ${token}` } })
  for (const type of ['application/json', 'text/plain', 'text/html', 'application/octet-stream']) {
    acme.ctl({ endpoint: 'api', body, headers: { 'content-type': type } })
    expectProblem(await callApi(alice, 'x'), 502, 'provider_error')
  }
  for (const status of [400, 404, 500]) {
    acme.ctl({ endpoint: 'api', status, body })
    expectProblem(await callApi(alice, 'x'), 502, 'provider_error')
  }
  for (const [coding, packed] of Object.entries({
    gzip: gzipSync(body),
    deflate: deflateSync(body),
    br: brotliCompressSync(body),
  })) {
    const headers = { 'content-encoding': coding }
    acme.ctl({ endpoint: 'api', status: 200, body_base64: packed.toString('base64'), headers })
    expectProblem(await callApi(alice, 'x'), 502, 'provider_error')
  }
  acme.reset()
  acme.ctl({ endpoint: 'api', body: `{"a":"${token}"}`, drip_bytes_per_s: 200 })
  expectProblem(await callApi(alice, 'x'), 502, 'provider_error')
})

test('PX-11 a header with the token does not come through', async ({ alice, world }) => {
  const token = latestToken(world)
  world.providers.acme.ctl({ endpoint: 'api', headers: { 'x-echo': token, via: token } })
  const answer = await callApi(alice, 'x')
  expect(answer.status).toBe(200)
  expect(JSON.stringify(answer.headers)).not.toContain(token)
  world.providers.acme.ctl({ endpoint: 'api', headers: { etag: `"${token}"` } })
  expectProblem(await callApi(alice, 'x'), 502, 'provider_error')
})

test('PX-11 a token far down in a body ends it before the token', async ({ alice, world }) => {
  const token = latestToken(world)
  const body = `${'x'.repeat(3_000_000)}${token}${'y'.repeat(1000)}`
  world.providers.acme.ctl({ endpoint: 'api', body, headers: { 'content-type': 'text/plain' } })
  await expect(callApi(alice, 'x')).rejects.toThrow(/aborted|hang up|ECONNRESET/)
})

test('an answer that breaks off, or is not packed as it says, is the API’s fault', async ({
  alice,
  world,
}) => {
  const { acme } = world.providers
  acme.ctl({ endpoint: 'api', body: 'hello', headers: { 'content-encoding': 'gzip' } })
  expectProblem(await callApi(alice, 'x'), 502, 'provider_error')
  acme.ctl({ endpoint: 'api', body: 'hello', headers: { 'content-encoding': 'zstd' } })
  expectProblem(await callApi(alice, 'x'), 502, 'provider_error')
})

test('a compressed answer arrives plain and whole', async ({ alice, world }) => {
  const body = JSON.stringify({ text: 'é'.repeat(100_000) })
  world.providers.acme.ctl({
    endpoint: 'api',
    body_base64: gzipSync(body).toString('base64'),
    headers: { 'content-encoding': 'gzip' },
  })
  const answer = await callApi(alice, 'x')
  expect([answer.status, answer.headers['content-encoding']]).toEqual([200, undefined])
  expect(answer.body === body).toBe(true)
})

test('PX-16 no answer of the proxy is kept by anybody, whatever its path looks like', async ({
  alice,
  bob,
  stranger,
  world,
}) => {
  const headers = {
    'cache-control': 'public, max-age=600',
    expires: 'Fri, 01 Jan 2100 00:00:00 GMT',
  }
  world.providers.acme.ctl({ endpoint: 'api', headers })
  for (const path of ['x', 'x/style.css', 'x.js', 'a/b.png', 'x/', '_next/static/x.js', 'x?_rsc=1'])
    for (const visitor of [alice, bob, stranger]) {
      const answer = await callApi(visitor, path)
      expect(answer.status).toBe({ alice: 200, bob: 404, stranger: 401 }[visitor.name])
      expectInert(answer)
      expect(answer.headers['cdn-cache-control']).toBe('no-store')
      expect(answer.headers.expires).toBeUndefined()
    }
  // Two answers of two moments are two calls.
  const before = apiCalls(world).length
  await callApi(alice, 'x')
  await callApi(alice, 'x')
  expect(apiCalls(world)).toHaveLength(before + 2)
})

// Next answers the first two itself: with the same URL and its cache key, and with an empty object.
for (const name of ['rsc', 'x-middleware-prefetch', 'next-router-prefetch', 'x-nextjs-data'])
  test(`PX-16 an answer to ${name}: 1 is not kept either`, async ({ alice }) => {
    const answer = await callApi(alice, 'x', { headers: { [name]: '1' } })
    expect([200, 307]).toContain(answer.status)
    expect(answer.headers['cache-control']).toContain('no-store')
  })
