import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Scripted, startScripted } from '#e2e/stand-in/scripted'
import { scriptedEntry } from '#e2e/stand-in/scripted-entry'
import type { ProviderEntry } from '#lib/providers/provider'
import { attemptOf } from '../testing/attempt.ts'
import { offered } from '../testing/provider.ts'
import { stubSettings } from '../testing/settings.ts'
import { resolveProvider } from './metadata.ts'
import { exchangeCode, revokeToken } from './token.ts'

stubSettings({ ALLOW_INSECURE_LOCALHOST: 'true', TOKEN_DEADLINE_MS: '1500', LEASE_MS: '3000' })

let acme: Scripted
beforeAll(async () => {
  acme = await startScripted({ id: 'acme', redirectUris: [] })
})
afterAll(() => acme.close())
beforeEach(() => acme.reset())

const failed = expect.objectContaining({ code: 'exchange_failed' })
const good = { access_token: 'AT_cnry', token_type: 'Bearer', refresh_token: 'RT_cnry' }
const providerOf = async (entry: Partial<ProviderEntry> = {}) =>
  resolveProvider(offered(scriptedEntry(acme, entry), acme.client))

/** Redeems a code where the token endpoint answers this. */
async function exchange(answer: unknown, entry: Partial<ProviderEntry> = {}) {
  const body = typeof answer === 'string' ? answer : JSON.stringify(answer)
  acme.ctl({ endpoint: 'token', body, headers: { 'content-type': 'application/json' } })
  const received = await exchangeCode(await providerOf(entry), attemptOf(), { code: 'C' })
  return received.check()
}

test('MX-12 the code is redeemed with the sealed verifier and redirect URI', async () => {
  acme.ctl({ endpoint: 'token', body: JSON.stringify(good) })
  const transaction = attemptOf({ redirect_uri: 'https://app.test/sealed' })
  const entry = { token_params: { resource: 'https://api.test' } }
  await exchangeCode(await providerOf(entry), transaction, { code: 'CODE', iss: acme.url })
  const form = new URLSearchParams(acme.calls('/token')[0]?.body)
  expect(Object.fromEntries(form)).toEqual({
    grant_type: 'authorization_code',
    code: 'CODE',
    redirect_uri: 'https://app.test/sealed',
    code_verifier: transaction.code_verifier,
    client_id: acme.client.id,
    client_secret: acme.client.secret,
    resource: 'https://api.test',
  })
})

test('without PKCE no verifier is sent', async () => {
  await exchange(good, { pkce: 'none' })
  expect(acme.calls('/token')[0]?.body).not.toContain('code_verifier')
})

test('tokens are read: lifetimes from the time of sending, scopes however separated', async () => {
  const before = Date.now()
  const tokens = await exchange(
    {
      ...good,
      expires_in: '3600',
      refresh_token_expires_in: 86_400,
      scope: 'a,b  c',
      user_id: 7,
    },
    { scope_separator: ',' },
  )
  expect(tokens).toMatchObject({ accessToken: 'AT_cnry', refreshToken: 'RT_cnry', idToken: {} })
  expect(tokens.scope).toEqual(['a', 'b', 'c'])
  expect(tokens.response.user_id).toBe(7)
  for (const [at, seconds] of [
    [tokens.accessTokenExpiresAt, 3600],
    [tokens.refreshTokenExpiresAt, 86_400],
  ] as const) {
    expect(at).toBeGreaterThanOrEqual(before + seconds * 1000)
    expect(at).toBeLessThanOrEqual(Date.now() + seconds * 1000)
  }
})

test('TE-10 what is not said is unknown, and nothing else', async () => {
  const tokens = await exchange({ access_token: 'AT', token_type: 'BEARER', expires_in: -1 })
  expect(tokens).toMatchObject({
    accessTokenExpiresAt: null,
    refreshToken: null,
    refreshTokenExpiresAt: null,
    scope: null,
  })
})

describe('TE-07 a malformed answer is refused', () => {
  test.each([
    '<!doctype html><h1>Hello</h1>',
    '',
    '[]',
    'null',
    '"text"',
    '123',
    '{"access_token":"AT","token_ty',
    '{"access_token":"A","access_token":"B","token_type":"bearer"}',
    'access_token=A&access_token=B&token_type=bearer',
    '{"access_token":"AT","token_type":"bearer","expires_in":NaN}',
    '{"__proto__":{"access_token":"AT","token_type":"bearer","admin":1}}',
    { token_type: 'bearer' },
    { ...good, access_token: '' },
    { ...good, access_token: {} },
    { ...good, access_token: null },
    { ...good, access_token: ['AT'] },
    { ...good, refresh_token: {} },
    { ...good, refresh_token: ['RT'] },
    { ...good, token_type: 'mac' },
    { ...good, token_type: 'DPoP' },
    { ...good, token_type: undefined },
    { ...good, token_type: ['bearer'] },
  ])('TE-07 %j', async (answer) => {
    await expect(exchange(answer)).rejects.toEqual(failed)
    expect(({} as Record<string, unknown>).admin).toBeUndefined()
  })

  test('TE-07 status 204 and UTF-16', async () => {
    acme.ctl({ endpoint: 'token', status: 204 })
    const redeem = async () => exchangeCode(await providerOf(), attemptOf(), { code: 'C' })
    await expect(redeem()).rejects.toEqual(failed)
    const utf16 = Buffer.from(`\ufeff${JSON.stringify(good)}`, 'utf16le').toString('base64')
    acme.ctl({ endpoint: 'token', status: 200, body_base64: utf16 })
    await expect(redeem()).rejects.toEqual(failed)
  })

  test('TE-07 a missing token_type is taken only from providers that are known for it', async () => {
    const { token_type: _, ...rest } = good
    const tokens = await exchange(rest, { quirk: 'token_type_missing' })
    expect(tokens.accessToken).toBe('AT_cnry')
  })
})

test.each([
  [{ scope: ['a', 'b'] }, { scope: ['a', 'b'] }],
  [{ scope: null }, { scope: null }],
  [{ scope: '' }, { scope: null }],
  [{ refresh_token: null }, { refreshToken: null }],
  [{ refresh_token: '' }, { refreshToken: null }],
  [{ expires_in: [] }, { accessTokenExpiresAt: null }],
  [{ id_token: 7 }, {}],
])('WD-05 %j beside a good token is read as it can be', async (odd, expected) => {
  expect(await exchange({ ...good, ...odd })).toMatchObject({ accessToken: 'AT_cnry', ...expected })
})

test('WD-07 WD-08 a byte order mark and an unknown coding are no hindrance', async () => {
  for (const coding of ['UTF-8', 'none', 'identity', ' ', 'gzip, utf-8']) {
    const headers = { 'content-encoding': coding }
    acme.ctl({ endpoint: 'token', body: `\uFEFF${JSON.stringify(good)}`, headers })
    const { tokens } = await exchangeCode(await providerOf(), attemptOf(), { code: 'C' })
    expect(tokens.accessToken).toBe('AT_cnry')
  }
})

test('WD-09 another type is taken where the entry allows it, and quirks may be several', async () => {
  const ebay = { ...good, token_type: 'User Access Token' }
  await expect(exchange(ebay)).rejects.toEqual(failed)
  const entry = { token_types: ['User Access Token'] }
  expect((await exchange(ebay, entry)).accessToken).toBe('AT_cnry')
  const { token_type: _, ...typeless } = good
  const both = { quirk: ['microsoft', 'token_type_missing'], scope: ['User.Read'] }
  const scope = 'https://graph.microsoft.com/User.Read'
  expect(await exchange({ ...typeless, scope }, both)).toMatchObject({ scope: ['User.Read'] })
})

test('RS-07 a refresh token proves offline_access where that was asked for', async () => {
  const redeem = async (answer: object, asked: string[]) => {
    acme.ctl({ endpoint: 'token', body: JSON.stringify(answer) })
    const attempt = attemptOf({ scope: asked })
    return (await (await exchangeCode(await providerOf(), attempt, { code: 'C' })).check()).scope
  }
  const asked = ['profile', 'offline_access']
  expect(await redeem({ ...good, scope: 'profile' }, asked)).toEqual(asked)
  expect(await redeem({ ...good, scope: 'profile' }, ['profile'])).toEqual(['profile'])
  const { refresh_token: _, ...without } = good
  expect(await redeem({ ...without, scope: 'profile' }, asked)).toEqual(['profile'])
})

test.each([
  ['Unauthorized', 'provider_misconfigured'],
  ['', 'provider_misconfigured'],
  ['{"error":"mystery"}', 'provider_misconfigured'],
  ['{"error":"invalid_grant"}', 'exchange_failed'],
])(
  'RS-07 401 with %j is our client refused, unless it says that it is the code',
  async (body, code) => {
    acme.ctl({ endpoint: 'token', status: 401, body, headers: { 'content-type': 'text/plain' } })
    const refused = exchangeCode(await providerOf(), attemptOf(), { code: 'C' })
    await expect(refused).rejects.toEqual(expect.objectContaining({ code }))
  },
)

describe('TE-09 a token that could break a header is refused', () => {
  test.each([
    'AT\r\nX-Evil: 1',
    'AT\n',
    'A\0T',
    'A T',
    'A\u00e9T',
    'A\u{1f600}T',
    'A\x7fT',
    'A'.repeat(65_537),
  ])('TE-09 %#', async (bad) => {
    await expect(exchange({ ...good, access_token: bad })).rejects.toEqual(failed)
    await expect(exchange({ ...good, refresh_token: bad })).rejects.toEqual(failed)
  })
})

describe.each(['many_keys', 'deep', 'empty', 'html'] as const)(
  'TE-05 the answer %s',
  (template) => {
    test('TE-05 is refused', async () => {
      acme.ctl({ endpoint: 'token', template })
      const provider = await providerOf()
      await expect(exchangeCode(provider, attemptOf(), { code: 'C' })).rejects.toEqual(failed)
    })
  },
)

test('TE-08 a challenge of the server is a refusal like any other', async () => {
  const headers = { 'www-authenticate': 'Basic realm="x"' }
  acme.ctl({ endpoint: 'token', status: 401, body: '{"error":"invalid_client"}', headers })
  const provider = await providerOf()
  await expect(exchangeCode(provider, attemptOf(), { code: 'C' })).rejects.toEqual(
    expect.objectContaining({ code: 'provider_misconfigured' }),
  )
})

test('TE-13 nothing of the answer but its tokens is handed on', async () => {
  const headers = {
    'set-cookie': 'evil=1',
    location: 'https://evil.test',
    link: '<https://evil.test>',
  }
  acme.ctl({ endpoint: 'token', body: JSON.stringify(good), headers })
  const tokens = await exchangeCode(await providerOf(), attemptOf(), { code: 'C' })
  expect(JSON.stringify(tokens)).not.toContain('evil')
})

describe('revoking', () => {
  const revoke = async (entry: Partial<ProviderEntry> = {}) =>
    revokeToken(await providerOf(entry), { token: 'RT_cnry', kind: 'refresh_token' })

  test('RV-01 the token is sent to the revocation endpoint, with our authentication', async () => {
    expect(await revoke()).toBe('revoked')
    const form = new URLSearchParams(acme.calls('/revoke')[0]?.body)
    expect(Object.fromEntries(form)).toMatchObject({
      token: 'RT_cnry',
      token_type_hint: 'refresh_token',
      client_id: acme.client.id,
    })
  })

  test('without such an endpoint it is not supported', async () => {
    expect(await revoke({ revocation_endpoint: undefined })).toBe('unsupported')
  })

  test.each([400, 401, 404, 429, 500, 503])(
    'RV-02 status %d is no confirmation',
    async (status) => {
      acme.ctl({ endpoint: 'revoke', status })
      await expect(revoke()).rejects.toEqual(expect.objectContaining({ code: expect.any(String) }))
    },
  )

  test('TE-03 RV-02 nor is a redirect, which is not followed', async () => {
    acme.ctl({ endpoint: 'revoke', status: 307, redirect_to: `${acme.url}/token` })
    await expect(revoke()).rejects.toEqual(failed)
    expect(acme.calls('/token')).toEqual([])
  })
})
