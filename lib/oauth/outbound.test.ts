import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { headerOf } from '#e2e/stand-in/request-log'
import { type Scripted, startScripted } from '#e2e/stand-in/scripted'
import { listen } from '#e2e/stand-in/server'
import { stubSettings } from '../testing/settings.ts'
import { callThirdParty } from './outbound.ts'

stubSettings({ ALLOW_INSECURE_LOCALHOST: 'true', TOKEN_DEADLINE_MS: '700', LEASE_MS: '2000' })

let acme: Scripted
let evil: Scripted
beforeAll(async () => {
  acme = await startScripted({ id: 'acme', redirectUris: [] })
  evil = await startScripted({ id: 'evil', redirectUris: [] })
})
afterAll(() => Promise.all([acme.close(), evil.close()]))
beforeEach(() => {
  acme.reset()
  evil.reset()
})

const failed = expect.objectContaining({ code: 'exchange_failed' })
const unavailable = expect.objectContaining({ code: 'temporarily_unavailable' })
const call = (url = `${acme.url}/token`) =>
  callThirdParty({ url, method: 'POST', headers: new Headers({ a: 'b' }), body: 'secret=cnry' })

describe('TE-03 a redirect is a failure, and never followed', () => {
  test.each([300, 301, 302, 303, 304, 305, 307, 308])('TE-03 status %d', async (status) => {
    for (const to of [`${evil.url}/steal`, `${acme.url}/token2`]) {
      acme.ctl({ endpoint: 'token', status, redirect_to: to })
      await expect(call()).rejects.toEqual(failed)
    }
    expect(evil.log()).toEqual([])
    expect(acme.calls('/token2')).toEqual([])
    expect(acme.calls('/token')).toHaveLength(2)
  })
})

describe('TE-05 an answer is read only as far as a good one would go', () => {
  test.each(['big_token', 'endless', 'gzip_bomb', 'big_header'] as const)(
    'TE-05 %s',
    async (template) => {
      acme.ctl({ endpoint: 'token', template })
      // On a busy machine the deadline may come before the cap: either way it ends.
      await expect(call()).rejects.toEqual(
        expect.objectContaining({ code: expect.stringMatching(/exchange_failed|unavailable/) }),
      )
    },
  )

  test('TE-05 a body that unpacks to more than 1 MiB is refused, whatever the encoding', async () => {
    const bomb = gzipSync(Buffer.alloc(2_000_000, ' ')).toString('base64')
    acme.ctl({ endpoint: 'token', body_base64: bomb, headers: { 'content-encoding': 'gzip' } })
    await expect(call()).rejects.toEqual(failed)
  })

  test('TE-05 just over 1 MiB is refused, just under is not', async () => {
    acme.ctl({ endpoint: 'token', body: 'x'.repeat(1_048_577) })
    await expect(call()).rejects.toEqual(failed)
    acme.ctl({ endpoint: 'token', body: 'x'.repeat(1_048_576) })
    expect((await call()).body).toHaveLength(1_048_576)
  })
})

describe('TE-06 one deadline covers everything', () => {
  test.each(['stall', 'stall_body'] as const)('TE-06 %s', async (template) => {
    acme.ctl({ endpoint: 'token', template })
    await expect(call()).rejects.toEqual(unavailable)
  })

  test('TE-06 a body that drips is cut off', async () => {
    acme.ctl({ endpoint: 'token', body: 'x'.repeat(1000), drip_bytes_per_s: 20 })
    await expect(call()).rejects.toEqual(unavailable)
  })

  test('TE-06 who waits behind others for a connection is let go in time, and never sent', async () => {
    acme.ctl({ endpoint: 'token', template: 'stall' })
    const since = Date.now()
    const calls = Array.from({ length: 100 }, () => call())
    for (const { status } of await Promise.allSettled(calls)) expect(status).toBe('rejected')
    // One after the other, in groups of 32, they would take four deadlines of 700 ms.
    expect(Date.now() - since).toBeLessThan(2000)
    expect(acme.calls('/token').length).toBeLessThan(64)
  })

  test('TE-06 a connection that is refused or dropped may be tried later', async () => {
    acme.ctl({ endpoint: 'token', template: 'drop' })
    await expect(call()).rejects.toEqual(unavailable)
    const gone = await listen(() => {}, { name: 'gone', port: 0 })
    await gone.close()
    await expect(call(`http://127.0.0.1:${gone.port}/`)).rejects.toEqual(unavailable)
  })
})

test('TE-11 nothing is ever sent twice', async () => {
  for (const template of ['drop', 'stall', 'html'] as const) {
    acme.reset()
    acme.ctl({ endpoint: 'token', template })
    await call().catch(() => undefined)
    expect(acme.calls('/token')).toHaveLength(1)
  }
})

test('TE-12 a request has a fixed User-Agent, no cookies, and a connection of its own', async () => {
  acme.ctl({ endpoint: 'token', body: '{}', headers: { 'set-cookie': 'a=b; Path=/' } })
  await call()
  await call()
  const [first, second] = acme.calls('/token')
  if (!first || !second) throw new Error('not called twice')
  expect(headerOf(first, 'user-agent')).toBe('Grantkeeper')
  expect(headerOf(second, 'cookie')).toBeUndefined()
  expect(headerOf(first, 'accept-encoding')).toBe('identity')
  expect(second).toMatchObject({ method: 'POST', url: '/token', body: 'secret=cnry' })
  expect(second.socket).not.toBe(first.socket)
})

test('TE-14 proxy settings of the environment are ignored', async () => {
  for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY'])
    vi.stubEnv(name, evil.url)
  acme.ctl({ endpoint: 'token', body: '{}' })
  expect((await call()).status).toBe(200)
  expect(evil.log()).toEqual([])
})

test('what a provider compressed unasked is opened, and its status and headers kept', async () => {
  const body_base64 = gzipSync('{"é":1}').toString('base64')
  const headers = { 'content-encoding': 'gzip', 'x-own': ['1', '2'] }
  acme.ctl({ endpoint: 'token', status: 418, body_base64, headers })
  const response = await call()
  expect(response).toMatchObject({ status: 418, body: '{"é":1}' })
  expect(response.headers.get('x-own')).toBe('1, 2')
})

test('TE-07 what is not UTF-8, or packed otherwise than it says, is refused', async () => {
  const utf16 = Buffer.from('\ufeff{"a":1}', 'utf16le').toString('base64')
  acme.ctl({ endpoint: 'token', body_base64: utf16 })
  await expect(call()).rejects.toEqual(failed)
  acme.ctl({ endpoint: 'token', body: '{}', headers: { 'content-encoding': 'gzip' } })
  await expect(call()).rejects.toEqual(failed)
})

test('WD-07 a byte order mark is not part of the text', async () => {
  acme.ctl({ endpoint: 'token', body: '\uFEFF{}' })
  expect((await call()).body).toBe('{}')
})

test('WD-08 where a coding is not known, none was applied', async () => {
  for (const coding of ['lzma', 'UTF-8', 'none', 'identity, none', 'gzip, utf-8']) {
    acme.ctl({ endpoint: 'token', body: '{}', headers: { 'content-encoding': coding } })
    expect((await call()).body).toBe('{}')
  }
})

test('what is packed twice, or under its older name, is opened; what is packed ten times is not', async () => {
  const twice = gzipSync(gzipSync('{}')).toString('base64')
  for (const coding of ['gzip, gzip', 'x-gzip, identity, GZIP']) {
    const headers = { 'content-encoding': coding }
    acme.ctl({ endpoint: 'token', body_base64: twice, headers })
    expect((await call()).body).toBe('{}')
  }
  const headers = { 'content-encoding': Array(10).fill('gzip').join(', ') }
  acme.ctl({ endpoint: 'token', body_base64: gzipSync('{}').toString('base64'), headers })
  await expect(call()).rejects.toEqual(failed)
})

test('AU-18 a cap of one’s own holds for what came and for what is unpacked', async () => {
  const capped = (body: Buffer, headers = {}) => {
    acme.ctl({ endpoint: 'token', body_base64: body.toString('base64'), headers })
    const request = { url: `${acme.url}/token`, method: 'POST', headers: new Headers(), body: '' }
    return callThirdParty(request, 'people', { maxBytes: 1000 })
  }
  await expect(capped(Buffer.alloc(1001, ' '))).rejects.toEqual(failed)
  await expect(
    capped(gzipSync(Buffer.alloc(1001, ' ')), { 'content-encoding': 'gzip' }),
  ).rejects.toEqual(failed)
  acme.reset()
  expect((await capped(Buffer.alloc(1000, ' '))).body).toHaveLength(1000)
})
