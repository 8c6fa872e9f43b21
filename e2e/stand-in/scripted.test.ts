import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { send } from '../browser-client.ts'
import { headerOf } from './request-log.ts'
import {
  approve,
  client,
  connect,
  control,
  exchange,
  post,
  redirectUri,
  refresh,
  request,
  userinfo,
} from './scripted/honest-client.ts'
import { type Scripted, startScripted } from './scripted.ts'

let acme: Scripted
let plain: Scripted

beforeAll(async () => {
  acme = await startScripted({ id: 'acme', client, redirectUris: [redirectUri] })
  const kind = { iss: false, pkce: false, openid: false, rotate: false }
  plain = await startScripted({ id: 'plain', client, redirectUris: [redirectUri], ...kind })
})
afterAll(() => Promise.all([acme.close(), plain.close()]))
beforeEach(() => {
  acme.reset()
  plain.reset()
})

test('it approves at once, and every secret bears a canary', async () => {
  const callback = await approve(acme)
  expect(callback.searchParams.get('code')).toMatch(/^CODE_cnry_acme_/)
  expect(callback.searchParams.get('iss')).toBe(acme.url)
  const tokens = await connect(acme)
  expect(tokens).toMatchObject({
    access_token: expect.stringMatching(/^AT_cnry_acme_/),
    refresh_token: expect.stringMatching(/^RT_cnry_acme_/),
    token_type: 'Bearer',
  })
})

test('the plain kind sends no iss, keeps the refresh token and names the user in the answer', async () => {
  const callback = await approve(plain)
  expect(callback.searchParams.has('iss')).toBe(false)
  const tokens = await connect(plain)
  expect(tokens).toMatchObject({ user_id: 'plain_ann', user_name: 'Ann' })
  expect((await refresh(plain, tokens.refresh_token)).refresh_token).toBe(tokens.refresh_token)
})

test('the account is chosen by ctl or by the request', async () => {
  acme.consentAs('mallory')
  expect(await userinfo(acme, await connect(acme))).toMatchObject({
    sub: 'acme_mallory',
    name: 'Mallory',
  })
  expect(await userinfo(acme, await connect(acme, { account: 'bob' }))).toMatchObject({
    sub: 'acme_bob',
  })
})

test.each(['basic', 'post'] as const)('an odd client secret arrives by %s', async (method) => {
  expect(await connect(acme, {}, method)).toHaveProperty('access_token')
})

test.each([
  ['another verifier', { code_verifier: 'w'.repeat(43) }],
  ['another redirect_uri', { redirect_uri: 'http://localhost:3999/other' }],
])('%s is refused', async (_, change) => {
  const code = (await approve(acme)).searchParams.get('code') ?? ''
  expect(await exchange(acme, code, change)).toEqual({ error: 'invalid_grant' })
})

test('a code works once, and its second use ends what came of the first', async () => {
  const code = (await approve(acme)).searchParams.get('code') ?? ''
  const tokens = await exchange(acme, code)
  expect(acme.isLive(tokens.refresh_token)).toBe(true)
  expect(await exchange(acme, code)).toEqual({ error: 'invalid_grant' })
  expect(acme.isLive(tokens.refresh_token)).toBe(false)
})

test('a used refresh token ends the family, or works on within the grace', async () => {
  const killed = await connect(acme)
  const next = await refresh(acme, killed.refresh_token)
  expect(await refresh(acme, killed.refresh_token)).toEqual({ error: 'invalid_grant' })
  expect(acme.isLive(next.refresh_token)).toBe(false)
  const graced = await connect(acme)
  acme.ctl({ endpoint: 'token', reuse: 'grace:30s' })
  await refresh(acme, graced.refresh_token)
  expect(await refresh(acme, graced.refresh_token)).toHaveProperty('access_token')
})

test('revocation ends one family', async () => {
  const [one, two] = [await connect(acme), await connect(acme)]
  expect((await post(acme, '/revoke', { token: one.refresh_token })).status).toBe(200)
  expect([acme.isLive(one.access_token), acme.isLive(two.refresh_token)]).toEqual([false, true])
})

test('rules bend the nth answer, and DELETE /__ctl resets', async () => {
  await control(acme, { endpoint: 'token', nth: 2, status: 503, headers: { 'retry-after': '7' } })
  expect(await connect(acme)).toHaveProperty('access_token')
  const refused = await post(acme, '/token', {})
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '7'])
  await control(acme, { endpoint: 'token', merge: { scope: ['a'] }, omit: ['token_type'] })
  const bent = await connect(acme)
  expect(bent.scope).toEqual(['a'])
  expect(bent).not.toHaveProperty('token_type')
  await fetch(`${acme.url}/__ctl`, { method: 'DELETE' })
  expect(await connect(acme)).toHaveProperty('token_type')
  expect((await control(acme, { endpoint: 'token', stauts: 1 })).status).toBe(400)
})

test('a redirect, a drop after processing and a delay do what they say', async () => {
  acme.ctl({ endpoint: 'token', nth: 1, redirect_to: 'http://127.0.0.1:1/steal', status: 307 })
  acme.ctl({ endpoint: 'token', nth: 2, drop_after_processing: true })
  acme.ctl({ endpoint: 'token', nth: 3, delay_before_headers: 150 })
  const redirected = await post(acme, '/token', {}, { redirect: 'manual' })
  expect([redirected.status, redirected.headers.get('location')]).toEqual([
    307,
    'http://127.0.0.1:1/steal',
  ])
  const { length } = acme.families
  await expect(connect(acme)).rejects.toThrow()
  expect(acme.families).toHaveLength(length + 1)
  const before = Date.now()
  await connect(acme)
  expect(Date.now() - before).toBeGreaterThan(140)
})

test('the answer drips', async () => {
  acme.ctl({ endpoint: 'token', body: 'abcdef', drip_bytes_per_s: 50 })
  const before = Date.now()
  expect(await (await post(acme, '/token', {})).text()).toBe('abcdef')
  expect(Date.now() - before).toBeGreaterThan(90)
})

test('endless and stalled answers end with the reader', async () => {
  for (const template of ['endless', 'stall', 'stall_body', 'gzip_bomb'] as const) {
    acme.reset()
    acme.ctl({ endpoint: 'token', template })
    const signal = AbortSignal.timeout(300)
    const reading = post(acme, '/token', {}, { signal }).then((response) => response.arrayBuffer())
    await expect(reading).rejects.toThrow()
  }
})

test('ID tokens are signed with the published key, and can be spoilt', async () => {
  const { id_token } = await connect(acme, { scope: 'openid', nonce: 'n1' })
  const keys = createLocalJWKSet(await (await fetch(`${acme.url}/jwks`)).json())
  const options = { issuer: acme.url, audience: client.id }
  expect((await jwtVerify(id_token, keys, options)).payload).toMatchObject({
    nonce: 'n1',
    sub: 'acme_ann',
  })
  acme.ctl({ endpoint: 'token', nth: 1, id_token: { alg: 'none' } })
  acme.ctl({ endpoint: 'token', nth: 2, id_token: { expired: true } })
  acme.ctl({ endpoint: 'token', nth: 3, id_token: { claims: { aud: 'other' } } })
  acme.ctl({ endpoint: 'token', nth: 4, id_token: { alg: 'foreign_key' } })
  const [unsigned, ...others] = [
    await connect(acme, { scope: 'openid' }),
    await connect(acme, { scope: 'openid' }),
    await connect(acme, { scope: 'openid' }),
    await connect(acme, { scope: 'openid' }),
  ].map((tokens) => tokens.id_token)
  expect(decodeProtectedHeader(unsigned).alg).toBe('none')
  for (const spoilt of others) await expect(jwtVerify(spoilt, keys, options)).rejects.toThrow()
})

test('access tokens end when their time is over, as long as it was when they were issued', async () => {
  const long = await connect(acme)
  expect(long.expires_in).toBe(3600)
  await control(acme, { endpoint: 'life', seconds: 0.2 })
  const short = await connect(acme)
  expect(short.expires_in).toBe(0.2)
  expect(acme.isLive(short.access_token)).toBe(true)
  await expect.poll(() => acme.isLive(short.access_token)).toBe(false)
  expect(await userinfo(acme, short)).toEqual({ error: 'invalid_token' })
  expect([acme.isLive(short.refresh_token), acme.isLive(long.access_token)]).toEqual([true, true])
  acme.tokensLive(60)
  expect(await connect(acme)).toHaveProperty('expires_in', 60)
  acme.reset()
  expect(await connect(acme)).toHaveProperty('expires_in', 3600)
})

test('it counts what is in flight at the token endpoint, and the most that ever was', async () => {
  acme.ctl({ endpoint: 'token', template: 'stall' })
  const leaving = new AbortController()
  const calls = [1, 2, 3].map(() => post(acme, '/token', {}, { signal: leaving.signal }))
  await expect.poll(() => acme.load()).toEqual({ inFlight: 3, peak: 3 })
  leaving.abort()
  await Promise.allSettled(calls)
  await expect.poll(() => acme.load()).toEqual({ inFlight: 0, peak: 3 })
  acme.ctl({ endpoint: 'token', template: 'empty' })
  await post(acme, '/token', {})
  expect(await (await fetch(`${acme.url}/__load`)).json()).toMatchObject({ peak: 3 })
  acme.reset()
  expect(acme.load().peak).toBe(0)
})

test('a process can be ended once it has been answered', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  const ended = once(child, 'exit')
  const signal_after_response = { pid: child.pid, signal: 'SIGKILL' }
  await control(acme, { endpoint: 'token', nth: 2, signal_after_response })
  expect(await connect(acme)).toHaveProperty('access_token')
  expect(child.signalCode).toBeNull()
  expect(await connect(acme)).toHaveProperty('access_token')
  expect(await ended).toEqual([null, 'SIGKILL'])
})

test('a pushed request works once', async () => {
  const answer = await post(acme, '/par', request({}))
  const { request_uri } = await answer.json()
  const url = new URL(`${acme.url}/authorize`)
  url.search = new URLSearchParams({ client_id: client.id, request_uri }).toString()
  expect((await send(url, {})).location?.searchParams.get('code')).toMatch(/^CODE_/)
  expect((await send(url, {})).status).toBe(400)
})

test('the log has every request in order, raw', async () => {
  await connect(acme)
  const log = await (await fetch(`${acme.url}/__log`)).json()
  expect(
    log.map(({ method, path }: { method: string; path: string }) => `${method} ${path}`),
  ).toEqual(['GET /authorize', 'POST /token'])
  const [call] = acme.calls('/token')
  expect(call?.body).toContain('grant_type=authorization_code')
  expect(call && headerOf(call, 'Authorization')).toMatch(/^Basic /)
})

test('its API wants a living access token, and answers whose it is and what was asked', async () => {
  const { access_token, refresh_token } = await connect(acme)
  const call = async (token: string, path = 'items?a=1') => {
    const headers = { authorization: `Bearer ${token}` }
    const response = await fetch(`${acme.url}/v1/${path}`, {
      method: 'POST',
      headers,
      body: 'hello',
    })
    return { status: response.status, ...(await response.json()) }
  }
  expect(await call(access_token)).toEqual({
    ...{ status: 200, account: 'acme_ann', method: 'POST' },
    ...{ path: '/v1/items', query: '?a=1', bytes: 5 },
  })
  expect((await call(access_token, 'echo')).headers.authorization).toBe(`Bearer ${access_token}`)
  for (const wrong of [refresh_token, 'AT_cnry_other'])
    expect(await call(wrong)).toEqual({ status: 401, error: 'invalid_token' })
  expect(acme.calls('/v1/items').map(({ body }) => body)).toEqual(['hello', 'hello', 'hello'])
})
