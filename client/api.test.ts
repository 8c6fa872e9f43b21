import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createGrantkeeper, type Grantkeeper, GrantkeeperProblem } from './index.ts'
import { grant, listOf } from './testing/acme.ts'
import { problem, type Server, startServer } from './testing/server.ts'

let server: Server
let grantkeeper: Grantkeeper

beforeEach(async () => {
  server = await startServer()
  const getAccessToken = async () => 'token-of-alice'
  grantkeeper = createGrantkeeper({ baseUrl: server.url, getAccessToken })
})
afterEach(() => server.close())

test('every call bears the token and no cookies', async () => {
  server.answers['GET /api/integrations'] = listOf(grant('g1'))
  const seen = vi.spyOn(globalThis, 'fetch')
  expect(await grantkeeper.list()).toMatchObject([{ provider: 'acme', grants: [{ id: 'g1' }] }])
  expect(server.asked[0]?.headers.authorization).toBe('Bearer token-of-alice')
  expect(seen.mock.calls[0]?.[1]?.credentials).toBe('omit')
})

test('disconnect, pause and resume name the grant, and tell whoever shows it', async () => {
  const changed = vi.fn()
  const end = grantkeeper.subscribe(changed)
  server.answers['DELETE /api/grants/g1'] = { body: { revocation: 'revoked' } }
  server.answers['POST /api/grants/g1/pause'] = { status: 204 }
  server.answers['POST /api/grants/g1/resume'] = { status: 204 }
  await grantkeeper.pause('g1')
  await grantkeeper.resume('g1')
  expect(await grantkeeper.disconnect('g1')).toEqual({ revocation: 'revoked' })
  expect(changed).toHaveBeenCalledTimes(3)
  end()
  await grantkeeper.pause('g1')
  expect(changed).toHaveBeenCalledTimes(3)
})

test('a refusal is a problem with its code, its sentence and when to come back', async () => {
  server.answers['GET /api/integrations'] = problem('rate_limited', 429, { 'retry-after': '7' })
  const refused = grantkeeper.list()
  await expect(refused).rejects.toBeInstanceOf(GrantkeeperProblem)
  await expect(refused).rejects.toMatchObject({ code: 'rate_limited', status: 429, retryAfterS: 7 })
  await expect(refused).rejects.toThrow('too often')
})

test('an answer that is no problem document, and no answer at all, are problems too', async () => {
  server.answers['GET /api/integrations'] = { status: 502 }
  await expect(grantkeeper.list()).rejects.toMatchObject({ code: 'server_error', status: 502 })
  await server.close()
  await expect(grantkeeper.list()).rejects.toMatchObject({ code: 'unreachable', status: 0 })
})

test('who gets no token is no longer logged in', async () => {
  const getAccessToken = async () => Promise.reject(new Error('Login required'))
  const loggedOut = createGrantkeeper({ baseUrl: server.url, getAccessToken })
  await expect(loggedOut.list()).rejects.toMatchObject({ code: 'login_required' })
  expect(server.asked).toEqual([])
})

test('who gets no token for want of a network is not asked to log in', async () => {
  const getAccessToken = async () => Promise.reject(new TypeError('Failed to fetch'))
  const offline = createGrantkeeper({ baseUrl: server.url, getAccessToken })
  await expect(offline.list()).rejects.toMatchObject({ code: 'unreachable' })
})

test('a call through the proxy is the caller’s own but for token and grant', async () => {
  server.answers['POST /api/integrations/acme/proxy/playlists?limit=2'] = {
    status: 418,
    body: { mine: true },
  }
  const response = await grantkeeper.fetch('acme', '/playlists?limit=2', {
    method: 'POST',
    body: '{"name":"Rain"}',
    headers: { 'content-type': 'application/json', 'x-own': '1' },
    grant: 'g2',
  })
  expect(response.status).toBe(418)
  expect(await response.json()).toEqual({ mine: true })
  expect(server.asked[0]).toMatchObject({
    body: { name: 'Rain' },
    headers: { authorization: 'Bearer token-of-alice', 'grantkeeper-grant': 'g2', 'x-own': '1' },
  })
})

test('an abort is the caller’s own', async () => {
  const aborted = grantkeeper.fetch('acme', 'playlists', { signal: AbortSignal.abort() })
  await expect(aborted).rejects.toMatchObject({ name: 'AbortError' })
})

test('a path of the page cannot leave the proxy, and bring the token elsewhere', async () => {
  const ways = [
    '../../../grants/g1',
    '/../../../grants/g1',
    'a/%2e%2e/%2E%2e/../../grants/g1',
    '..\\..\\..\\grants\\g1',
    '.\t./..',
  ]
  for (const path of ways)
    await expect(grantkeeper.fetch('acme', path, { method: 'DELETE' }), path).rejects.toThrow(
      TypeError,
    )
  await expect(grantkeeper.fetch('../acme', 'x')).resolves.toMatchObject({ status: 404 })
  await expect(grantkeeper.fetch('..', 'x')).rejects.toThrow(TypeError)
  await grantkeeper.disconnect('../integrations/acme').catch(() => {})
  expect(server.asked.map(({ path }) => path)).toEqual([
    '/api/integrations/..%2Facme/proxy/x',
    '/api/grants/..%2Fintegrations%2Facme',
  ])
})
