import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { baseUrlFor, hasDurableDatabase, parseEnv, SettingsError } from './env.ts'
import { settings } from './settings/table.ts'
import { key, settingsOf, stubSettings } from './testing/settings.ts'

stubSettings({ APP_BASE_URL: 'https://app.test, https://other.test:8443' })

test('complete settings are read, with what was left out filled in', () => {
  const env = parseEnv(settingsOf({ ACME_CORP_CLIENT_ID: 'id', CRON_SECRET: '' }))
  expect(env).toMatchObject({
    APP_BASE_URL: ['https://app.test'],
    PORT: 3000,
    RETURN_URLS: [],
    ALLOW_INSECURE_LOCALHOST: false,
    TRANSACTION_TTL_S: 600,
    TOKEN_DEADLINE_MS: 10_000,
    LEASE_MS: 30_000,
  })
  expect(env.CRON_SECRET).toBeUndefined()
  expect(env.VAULT_KEYS.get(1)).toHaveLength(32)
  expect(env.client('acme-corp')).toEqual({ id: 'id', secret: undefined })
  expect(env.client('other')).toBeUndefined()
})

test('every problem is told at once, each with the name of its setting', () => {
  const message = refusal({
    APP_BASE_URL: '',
    AUTH0_DOMAIN: '',
    PORT: 'abc',
    DATABASE_URL: 'mysql://x',
    RETURN_URLS: 'https://*.vercel.app,https://spa.test:99999/app',
  })
  expect(message).toContain('APP_BASE_URL is missing')
  expect(message).toContain('AUTH0_DOMAIN is missing')
  expect(message).toMatch(/PORT: .*number/)
  expect(message).toContain('DATABASE_URL: starts with file:')
  expect(message).toMatch(/RETURN_URLS: "https:\/\/\*\.vercel\.app"/)
  expect(message).toMatch(/RETURN_URLS: "https:\/\/spa\.test:99999\/app"/)
})

test.each(Object.keys(settings.shape))('a wrong %s is told without a secret’s value', (name) => {
  const canary = 'SECRET_cnry,x'
  const secrets = ['AUTH0_SECRET', 'AUTH0_CLIENT_SECRET', 'CRON_SECRET', 'VAULT_KEYS', 'RELAY_KEYS']
  const isSecret = [...secrets, 'TRANSACTION_KEYS', 'DATABASE_URL'].includes(name)
  const result = attempt({ [name]: canary, LEASE_MS: '100' })
  expect(result).toBeInstanceOf(SettingsError)
  if (isSecret) expect(String(result)).not.toContain('cnry')
})

describe('CR-07 keys', () => {
  const sample = Buffer.alloc(32, 'a').toString('base64')

  test.each([
    ['none', ',', /at least one key/],
    ['a missing number', sample, /a number, a colon/],
    ['too short a key', `1:${randomBytes(16).toString('base64')}`, /32 bytes/],
    ['too long a key', `1:${randomBytes(33).toString('base64')}`, /32 bytes/],
    ['a key in hex', `1:${randomBytes(32).toString('hex')}`, /32 bytes/],
    ['the number 0', key(0), /a number/],
    ['a number twice', `${key(3)},${key(3)}`, /key 3 is there twice/],
    ['a sample key', `1:${sample}`, /not random/],
    ['zeros', `1:${Buffer.alloc(32).toString('base64')}`, /not random/],
  ])('CR-07 %s stops the start, and is not quoted', (_, value, sentence) => {
    for (const name of ['VAULT_KEYS', 'TRANSACTION_KEYS']) {
      const message = refusal({ [name]: value })
      expect(message).toMatch(sentence)
      expect(message).toContain(name)
      if (value.length > 40) expect(message).not.toContain(value.slice(2, 40))
    }
  })

  test('CR-07 a missing ring stops the start: there is no default key', () => {
    expect(refusal({ VAULT_KEYS: '' })).toContain('VAULT_KEYS is missing')
    expect(refusal({ TRANSACTION_KEYS: '' })).toContain('TRANSACTION_KEYS is missing')
  })
})

describe('CR-11 one secret for two purposes', () => {
  const bytes = randomBytes(32)
  const base64 = bytes.toString('base64')

  test.each([
    ['both rings', { VAULT_KEYS: `1:${base64}`, TRANSACTION_KEYS: `2:${base64}` }],
    ['one ring twice', { VAULT_KEYS: `1:${base64},2:${base64}` }],
    ['a key and the session', { VAULT_KEYS: `1:${base64}`, AUTH0_SECRET: base64 }],
    ['a key in hex', { TRANSACTION_KEYS: `1:${base64}`, AUTH0_SECRET: bytes.toString('hex') }],
    ['session and cron', { AUTH0_SECRET: base64, CRON_SECRET: base64 }],
    ['session and client', { AUTH0_SECRET: base64, AUTH0_CLIENT_SECRET: base64 }],
    ['cron and a key', { CRON_SECRET: base64, VAULT_KEYS: `1:${base64}` }],
  ])('CR-11 %s: the start is stopped, the secret not quoted', (_, given) => {
    const message = refusal(given)
    expect(message).toMatch(/each needs its own/)
    expect(message).not.toContain(base64)
    expect(message).not.toContain(bytes.toString('hex'))
  })
})

describe('contradictions', () => {
  test('RF-03 a lease shorter than two deadlines stops the start', () => {
    const times = { TOKEN_DEADLINE_MS: '2000', LEASE_MS: '3999' }
    expect(refusal(times)).toContain('LEASE_MS must be at least twice')
    expect(attempt({ ...times, LEASE_MS: '4000' })).not.toBeInstanceOf(Error)
  })

  test('TE-04 certificate checks cannot be off in production', () => {
    const off = { NODE_TLS_REJECT_UNAUTHORIZED: '0' }
    expect(refusal({ ...off, NODE_ENV: 'production' })).toContain('NODE_TLS_REJECT_UNAUTHORIZED')
    expect(attempt({ ...off, NODE_ENV: 'test' })).not.toBeInstanceOf(Error)
  })

  test('http is for this machine alone, and not for half of the base URLs', () => {
    expect(refusal({ APP_BASE_URL: 'http://app.test' })).toContain('must be https')
    expect(attempt({ APP_BASE_URL: 'http://localhost:3000' })).not.toBeInstanceOf(Error)
    expect(refusal({ APP_BASE_URL: 'http://localhost:3000,https://app.test' })).toContain('mixes')
  })

  test('a login over http needs ALLOW_INSECURE_LOCALHOST, and this machine', () => {
    const local = { AUTH0_DOMAIN: 'http://localhost:3001' }
    expect(refusal(local)).toContain('AUTH0_DOMAIN must not be http')
    expect(attempt({ ...local, ALLOW_INSECURE_LOCALHOST: 'true' })).not.toBeInstanceOf(Error)
    const abroad = { AUTH0_DOMAIN: 'HTTP://login.test', ALLOW_INSECURE_LOCALHOST: 'true' }
    expect(refusal(abroad)).toContain('AUTH0_DOMAIN must not be http')
  })

  test.each([
    'localhost:3001',
    'acme.eu.auth0.com/',
    'acme.eu.auth0.com/oauth2',
    'https://acme.eu.auth0.com/?a=b',
    'https://192.0.2.1',
    '[::1]',
    'login.local',
  ])('AUTH0_DOMAIN=%s stops the start: with it every login would fail', (AUTH0_DOMAIN) => {
    expect(refusal({ AUTH0_DOMAIN })).toContain('AUTH0_DOMAIN must be a host')
  })

  test.each([
    'acme.eu.auth0.com',
    'https://acme.eu.auth0.com',
    'https://id.test:8443/oauth2/default',
  ])('AUTH0_DOMAIN=%s starts', (AUTH0_DOMAIN) =>
    expect(attempt({ AUTH0_DOMAIN })).not.toBeInstanceOf(Error),
  )
})

test.each([
  'app.test',
  'https://app.test/path',
  'https://user:pw@app.test',
  'ftp://app.test',
  'https://app.test?x',
])('the base URL %s is no origin', (value) => {
  expect(refusal({ APP_BASE_URL: value })).toContain('is not an origin')
})

test('SA-13 another base URL is chosen only by a Host that equals it exactly', () => {
  expect(baseUrlFor('other.test:8443')).toBe('https://other.test:8443')
  for (const host of ['other.test', 'OTHER.test:8443', 'other.test:8443.', 'x.other.test:8443'])
    expect(baseUrlFor(host)).toBe('https://app.test')
  for (const host of ['evil.test', '', 'app.test', 'other.test:8443,evil.test', null])
    expect(baseUrlFor(host)).toBe('https://app.test')
})

describe('with LOGIN_DRIVER=oidc', () => {
  const oidc = {
    ...{ LOGIN_DRIVER: 'oidc', OIDC_ISSUER: 'https://id.test/realms/acme', OIDC_CLIENT_ID: 'app' },
    ...{ OIDC_CLIENT_SECRET: 'SECRET_cnry_oidc', NEXTAUTH_SECRET: randomBytes(32).toString('hex') },
    ...{ NEXTAUTH_URL: 'https://app.test' },
  }
  const none = { AUTH0_DOMAIN: '', AUTH0_CLIENT_ID: '', AUTH0_CLIENT_SECRET: '', AUTH0_SECRET: '' }

  test('the settings of Auth0 are not needed, nor on Vercel the URL', () => {
    expect(parseEnv(settingsOf({ ...none, ...oidc })).OIDC_CLIENT_ID).toBe('app')
    const there = { ...none, ...oidc, NEXTAUTH_URL: '', VERCEL: '1' }
    expect(parseEnv(settingsOf(there)).NEXTAUTH_URL).toBeUndefined()
  })

  test.each(Object.keys(oidc).slice(1))('%s is', (name) => {
    expect(refusal({ ...none, ...oidc, [name]: '' })).toContain(`${name} is missing`)
  })

  test.each([
    ['no URL', { OIDC_ISSUER: 'id.test' }, 'OIDC_ISSUER is no URL'],
    ['http', { OIDC_ISSUER: 'http://id.test' }, 'OIDC_ISSUER must not be http'],
    [
      'the metadata',
      { OIDC_ISSUER: 'https://id.test/.well-known/openid-configuration' },
      'not the address of its metadata',
    ],
    ['another host', { NEXTAUTH_URL: 'https://other.test' }, 'NEXTAUTH_URL must be the same'],
    ['two hosts', { APP_BASE_URL: 'https://app.test,https://b.test' }, 'takes one URL'],
    ['no audience for jobs', { M2M_CLIENTS: 'job' }, 'OIDC_AUDIENCE is missing'],
    ['a short secret', { NEXTAUTH_SECRET: 'short' }, 'NEXTAUTH_SECRET'],
    ['a secret twice', { OIDC_CLIENT_SECRET: oidc.NEXTAUTH_SECRET }, 'OIDC_CLIENT_SECRET is also'],
    ['another driver', { LOGIN_DRIVER: 'saml' }, 'LOGIN_DRIVER'],
  ])('%s stops the start with a sentence', (_, given, sentence) => {
    expect(refusal({ ...none, ...oidc, ...given })).toContain(sentence)
  })
})

test('a file lasts on a server and not at Vercel; Postgres lasts everywhere', () => {
  const file = { DATABASE_URL: 'file:./a.db' }
  const postgres = { DATABASE_URL: 'postgres://db.test/a' }
  const lasts = (given: Record<string, string>) => hasDurableDatabase(parseEnv(settingsOf(given)))
  expect([lasts(file), lasts({ ...file, VERCEL: '1' })]).toEqual([true, false])
  expect(lasts({ DATABASE_URL: '', VERCEL: '1' })).toBe(false)
  expect([lasts(postgres), lasts({ ...postgres, VERCEL: '1' })]).toEqual([true, true])
})

function attempt(given: Record<string, string>): unknown {
  try {
    return parseEnv(settingsOf(given))
  } catch (error) {
    return error
  }
}

function refusal(given: Record<string, string>): string {
  const error = attempt(given)
  expect(error).toBeInstanceOf(SettingsError)
  return (error as SettingsError).message
}
