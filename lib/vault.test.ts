import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { parseEnv, SettingsError } from './env.ts'
import { open, type SealContext, seal } from './vault.ts'

const key = () => randomBytes(32)
const ring = new Map([[1, key()]])
const token = 'RT_cnry_0123456789-abcdefghijklmnop'
const context: SealContext = {
  grantId: '0190a0b0-0000-7000-8000-000000000001',
  userId: 'alice',
  provider: 'acme',
  field: 'refresh_token',
  version: 1,
}
const unreadable = expect.objectContaining({ code: 'credential_unreadable' })

test('what was sealed opens again, whatever is in it', () => {
  for (const plain of [token, 'é€𐍈', 'x', 'y'.repeat(65_536)])
    expect(open(seal(plain, context, ring), context, ring)).toBe(plain)
})

test('RF-28 what an earlier release has sealed opens', () => {
  const bytes = Buffer.from(Array.from({ length: 32 }, (_, n) => (n * 37) % 256))
  const sealed = 'gk1.1.VWMMFk32vRbc3r4UUMt1Cfkcclzcx44XAOvBQrEerFPrqbGJR7X_WJhRYFaSnnT6CqRxYg'
  const then: SealContext = {
    grantId: '5f0c1c1e-7a53-4b0e-9a35-3f8f7a1d2b60',
    userId: 'ünï',
    provider: 'acme',
    field: 'refresh_token',
    version: 12,
  }
  expect(open(sealed, then, new Map([[1, bytes]]))).toBe('RT_of_an_earlier_release')
})

test('nothing empty or huge is sealed: it could not be opened', () => {
  for (const plain of ['', 'y'.repeat(65_537)])
    expect(() => seal(plain, context, ring)).toThrow(RangeError)
})

test('RF-28 the highest key number seals, all open', () => {
  const first = key()
  const old = seal(token, context, new Map([[2, first]]))
  const both = new Map([
    [10, key()],
    [2, first],
  ])
  expect(seal(token, context, both)).toMatch(/^gk1\.10\./)
  expect(open(old, context, both)).toBe(token)
  expect(() => open(old, context, new Map([[10, first]]))).toThrow(unreadable)
})

test('CR-01 a sealed value shows nothing of the token', () => {
  const sealed = seal(token, context, ring)
  expect(sealed).toMatch(/^gk1\.1\.[A-Za-z0-9_-]+$/)
  const bytes = Buffer.from(sealed.split('.')[2] ?? '', 'base64url')
  for (let at = 0; at + 4 <= token.length; at++) {
    expect(sealed).not.toContain(token.slice(at, at + 6))
    expect(bytes.includes(token.slice(at, at + 4))).toBe(false)
  }
})

test('CR-02 a value moved to another user’s row, or another grant, is refused', () => {
  const sealed = seal(token, context, ring)
  for (const other of [{ userId: 'bob' }, { grantId: 'another' }, { userId: '' }])
    expect(() => open(sealed, { ...context, ...other }, ring)).toThrow(unreadable)
})

test('CR-02 contexts that run together alike are different ones', () => {
  const sealed = seal(token, { ...context, userId: 'ab', provider: 'c' }, ring)
  expect(() => open(sealed, { ...context, userId: 'a', provider: 'bc' }, ring)).toThrow(unreadable)
})

test('CR-03 a value moved between columns, providers or environments is refused', () => {
  const sealed = seal(token, context, ring)
  expect(() => open(sealed, { ...context, field: 'access_token' }, ring)).toThrow(unreadable)
  expect(() => open(sealed, { ...context, provider: 'plain' }, ring)).toThrow(unreadable)
  const otherEnvironment = new Map([[1, key()]])
  expect(() => open(sealed, context, otherEnvironment)).toThrow(unreadable)
})

test('CR-03 a value whose key number was changed is refused, though the key be the same', () => {
  const same = ring.get(1) ?? key()
  const sealed = seal(token, context, ring).replace('gk1.1.', 'gk1.2.')
  expect(() => open(sealed, context, new Map([[2, same]]))).toThrow(unreadable)
})

test('CR-04 (a) an older value of the same row is refused', () => {
  const first = seal(token, context, ring)
  expect(() => open(first, { ...context, version: 2 }, ring)).toThrow(unreadable)
})

describe('CR-05', () => {
  const body = () => Buffer.from(seal(token, context, ring).split('.')[2] ?? '', 'base64url')
  const envelope = (bytes: Buffer) => `gk1.1.${bytes.toString('base64url')}`

  test('CR-05 a flipped bit or a shortened tag is refused', () => {
    const bytes = body()
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes)
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(() => open(envelope(flipped), context, ring)).toThrow(unreadable)
    }
    for (const left of [12, 8, 4, 1, 0])
      expect(() => open(envelope(bytes.subarray(0, left - 16)), context, ring)).toThrow(unreadable)
  })

  test('CR-05 an empty or a huge ciphertext is refused', () => {
    for (const length of [0, 1, 27, 28, 29, 100_000, 5_000_000])
      expect(() => open(envelope(randomBytes(length)), context, ring)).toThrow(unreadable)
  })

  test('CR-05 a second spelling of the same bytes is refused', () => {
    // 31 bytes: the last character holds two bits of them, and four that do not count.
    const spelt = seal('abc', context, ring)
    const last = spelt.at(-1) ?? ''
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const sibling = alphabet[alphabet.indexOf(last) ^ 1] ?? ''
    for (const other of [spelt.slice(0, -1) + sibling, `${spelt}=`, `${spelt}\n`, ` ${spelt}`])
      expect(() => open(other, context, ring)).toThrow(unreadable)
  })
})

test('CR-06 RF-28 plain text, JSON and other envelopes are refused', () => {
  const sealed = seal(token, context, ring)
  const others = [
    'plain-refresh-token',
    '{"access_token":"x"}',
    '',
    'gk1',
    'gk1.1.',
    sealed.replace('gk1.', 'gk0.'),
    sealed.replace('gk1.', 'gk2.'),
    sealed.replace('gk1.1.', 'gk1.01.'),
    sealed.replace('gk1.1.', 'gk1.0.'),
    sealed.replace('gk1.1.', 'gk1.7.'),
    sealed.replace('gk1.1.', 'gk1.'),
    `${sealed}.x`,
  ]
  for (const other of others) expect(() => open(other, context, ring)).toThrow(unreadable)
  expect(() => open(null as unknown as string, context, ring)).toThrow(unreadable)
})

test('CR-06 the error quotes nothing of the value', () => {
  try {
    open('plain-refresh-token', context, ring)
    expect.unreachable()
  } catch (error) {
    const { message, cause } = error as Error
    expect(`${message} ${cause}`).not.toContain('plain')
  }
})

test('CR-07 without proper keys nothing starts', () => {
  const good = () => key().toString('base64')
  const bad = {
    missing: undefined,
    empty: '',
    short: `1:${randomBytes(16).toString('base64')}`,
    long: `1:${randomBytes(33).toString('base64')}`,
    'without a number': good(),
    zero: `0:${good()}`,
    'all zeros, as in a sample': `1:${Buffer.alloc(32).toString('base64')}`,
    'a sample of one letter': `1:${'A'.repeat(43)}=`,
    'one bad key beside a good one': `1:${good()},2:short`,
    'a number twice': `1:${good()},1:${good()}`,
  }
  for (const [why, VAULT_KEYS] of Object.entries(bad)) {
    expect(() => parseEnv({ ...settings(), VAULT_KEYS }), why).toThrow(SettingsError)
    expect(() => parseEnv({ ...settings(), VAULT_KEYS }), why).toThrow(/VAULT_KEYS/)
  }
  expect(parseEnv(settings()).VAULT_KEYS.get(1)).toHaveLength(32)
})

test('CR-10 no IV is used twice, and one token sealed twice gives two values', () => {
  const times = 10_000
  const ivs = new Set(
    Array.from({ length: times }, () =>
      Buffer.from(seal(token, context, ring).split('.')[2] ?? '', 'base64url')
        .subarray(0, 12)
        .toString('hex'),
    ),
  )
  expect(ivs.size).toBe(times)
  expect(seal(token, context, ring)).not.toBe(seal(token, context, ring))
})

function settings(): Record<string, string> {
  return {
    APP_BASE_URL: 'http://localhost:3000',
    AUTH0_DOMAIN: 'example.eu.auth0.com',
    AUTH0_CLIENT_ID: 'client',
    AUTH0_CLIENT_SECRET: 'secret',
    AUTH0_SECRET: randomBytes(32).toString('hex'),
    VAULT_KEYS: `1:${key().toString('base64')}`,
    TRANSACTION_KEYS: `1:${key().toString('base64')}`,
  }
}
