import { apiKey } from '../api-key.ts'
import type { Answer } from '../browser-client.ts'
import { send } from '../browser-client.ts'
import { type CachingProxy, startCachingProxy } from '../caching-proxy.ts'
import { expect, test } from '../fixtures.ts'
import { connect } from '../flow.ts'
import { machineToken } from '../machine-token.ts'
import { askForToken, bearer, type VendCall } from '../token-request.ts'

const path = '/api/integrations/acme/token'
let proxy: CachingProxy

test.beforeAll(async ({ world }) => {
  proxy = await startCachingProxy(world.appUrl)
})
test.afterAll(() => proxy.close())

test('TA-03 the careless cache of these tests does keep what it may', async () => {
  const ask = () => send(new URL('/icon.svg', proxy.url), {})
  const first = await ask()
  expect([first.status, (await ask()).body]).toEqual([200, first.body])
  expect(proxy.hits).toEqual(['GET /icon.svg'])
})

test("TA-03 behind a cache, no job gets what another job's request brought", async ({
  alice,
  bob,
  world,
}) => {
  await connect(alice)
  await connect(bob, 'acme', { account: 'bob' })
  const authorization = bearer(await machineToken(world.login))
  const ask = (call: VendCall) => askForToken(world, { ...call, at: proxy.url })
  const ofAlice = { authorization, body: { user: 'auth0|alice' } }
  const ofBob = { authorization, body: { user: 'auth0|bob' } }
  expect(accountOf(await ask(ofAlice))).toBe('acme_ann')
  expect(accountOf(await ask(ofBob))).toBe('acme_bob')
  const stranger = await ask({ body: ofAlice.body })
  expect([stranger.status, stranger.body.includes('_cnry_')]).toEqual([401, false])
  const bounded = bearer(await apiKey(world, { name: 'elsewhere', providers: 'plain' }))
  expect((await ask({ ...ofAlice, authorization: bounded })).status).toBe(403)
  expect(accountOf(await ask(ofAlice))).toBe('acme_ann')
  expect((await ask({ authorization, body: { user: 'auth0|nobody' } })).status).toBe(404)
  expect(accountOf(await ask(ofBob))).toBe('acme_bob')
  expect(proxy.hits).not.toContain(`POST ${path}`)
})

test('TA-03 no answer of the token route may be kept, or asked for conditionally', async ({
  alice,
  world,
}) => {
  await connect(alice)
  const authorization = bearer(await machineToken(world.login))
  const body = { user: 'auth0|alice' }
  const calls: [VendCall, number][] = [
    [{ authorization, body }, 200],
    [{ authorization, body, headers: { 'if-none-match': '*' } }, 200],
    [{ authorization, body, headers: { 'if-modified-since': new Date().toUTCString() } }, 200],
    [{ authorization, body: {} }, 400],
    [{ body }, 401],
    [{ authorization, body, headers: { origin: 'null' } }, 403],
    [{ authorization, body: { user: 'auth0|nobody' } }, 404],
    [{ authorization, body, provider: 'nobody' }, 404],
  ]
  for (const [call, status] of calls) {
    const answer = await askForToken(world, call)
    expect(answer.status, JSON.stringify(call.body)).toBe(status)
    expectNeverKept(answer)
  }
})

test('TA-03 only POST gets a token', async ({ alice, world }) => {
  await connect(alice)
  const authorization = bearer(await machineToken(world.login))
  for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
    const answer = await askForToken(world, {
      ...{ authorization, method },
      ...(['GET', 'HEAD'].includes(method) ? {} : { body: { user: 'auth0|alice' } }),
      headers: { 'x-http-method-override': 'POST' },
    })
    const expected = method === 'OPTIONS' ? [204, 405] : [405]
    expect(expected, method).toContain(answer.status)
    expect(answer.body).not.toContain('_cnry_')
  }
  const query = new URL(`${path}?user=auth0%7Calice&_method=POST`, world.appUrl)
  expect((await send(query, { headers: { authorization } })).status).toBe(405)
})

function expectNeverKept({ headers }: Answer): void {
  expect(headers['cache-control']).toMatch(/\bno-store\b/)
  expect(headers.etag).toBeUndefined()
  expect(headers['last-modified']).toBeUndefined()
}

function accountOf({ body }: Answer): unknown {
  return JSON.parse(body).account?.id
}
