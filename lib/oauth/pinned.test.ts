import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { listen, type RunningServer } from '#e2e/stand-in/server'
import { resolveInTurn } from '../testing/name-server.ts'
import { stubSettings } from '../testing/settings.ts'
import { callThirdParty } from './outbound.ts'

stubSettings({ ALLOW_INSECURE_LOCALHOST: 'true', TOKEN_DEADLINE_MS: '2000', LEASE_MS: '4000' })

const hosts: (string | undefined)[] = []
let server: RunningServer
beforeAll(async () => {
  server = await listen(
    (request, response) => {
      hosts.push(request.headers.host)
      response.end('{}')
    },
    { name: 'local server', port: 0 },
  )
})
afterAll(() => server.close())
afterEach(() => {
  hosts.length = 0
})

const failed = expect.objectContaining({ code: 'exchange_failed' })
const call = (url: string) =>
  callThirdParty({ url, method: 'GET', headers: new Headers(), body: undefined })

test('TE-02 a name is looked up once, and what was vetted is what is connected to', async () => {
  const lookup = resolveInTurn(['127.0.0.1'], ['10.0.0.1'])
  await call(`http://acme.localhost:${server.port}/`)
  expect(lookup).toHaveBeenCalledTimes(1)
  expect(hosts).toEqual([`acme.localhost:${server.port}`])
})

test('TE-02 the next connection is vetted anew: a name that turned inwards is refused', async () => {
  resolveInTurn(['127.0.0.1'], ['10.0.0.1'], ['169.254.169.254', '127.0.0.1'])
  await call(`http://acme.localhost:${server.port}/`)
  await expect(call(`http://acme.localhost:${server.port}/`)).rejects.toEqual(failed)
  await expect(call(`http://acme.localhost:${server.port}/`)).rejects.toEqual(failed)
  expect(hosts).toHaveLength(1)
})

test('TE-01 with the setting for it, names of this machine are called, by http too', async () => {
  await call(`http://localhost:${server.port}/`).catch(() => undefined)
  await call(`http://127.0.0.1:${server.port}/`)
  expect(hosts).toContain(`127.0.0.1:${server.port}`)
})

test('TE-01 the setting opens this machine alone, and nothing else that is not public', async () => {
  resolveInTurn(['127.0.0.1'], ['127.0.0.1'], ['127.0.0.1'])
  for (const host of ['own.test', 'localhost.', 'localhost.evil.test'])
    await expect(call(`https://${host}:${server.port}/`)).rejects.toEqual(failed)
  for (const host of ['[::1]', '0.0.0.0', '127.0.0.2', '10.0.0.1', '169.254.169.254'])
    await expect(call(`http://${host}:${server.port}/`)).rejects.toEqual(failed)
  await expect(call('http://acme.test/')).rejects.toEqual(failed)
  expect(hosts).toEqual([])
})
