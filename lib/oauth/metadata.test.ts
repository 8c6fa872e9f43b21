import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Scripted, startScripted } from '#e2e/stand-in/scripted'
import { scriptedEntry } from '#e2e/stand-in/scripted-entry'
import { oncePerProcess } from '#lib/process'
import type { ProviderEntry } from '#lib/providers/provider'
import { offered, plainEntry } from '../testing/provider.ts'
import { stubSettings } from '../testing/settings.ts'
import { resolveProvider } from './metadata.ts'

stubSettings({ ALLOW_INSECURE_LOCALHOST: 'true', TOKEN_DEADLINE_MS: '1000', LEASE_MS: '2000' })

let acme: Scripted
beforeAll(async () => {
  acme = await startScripted({ id: 'acme', redirectUris: [] })
})
afterAll(() => acme.close())
beforeEach(() => {
  acme.reset()
  oncePerProcess('metadata', () => new Map()).clear()
})

const misconfigured = expect.objectContaining({ code: 'provider_misconfigured' })
const unavailable = expect.objectContaining({ code: 'temporarily_unavailable' })
const fetched = () => acme.log().filter(({ path }) => path.startsWith('/.well-known/')).length

/** The scripted provider by its issuer alone. */
function discovered(given: Partial<ProviderEntry> = {}) {
  return offered({
    ...scriptedEntry(acme, { issuer: undefined, iss_parameter_supported: false }),
    authorization_endpoint: undefined,
    token_endpoint: undefined,
    revocation_endpoint: undefined,
    userinfo_endpoint: undefined,
    discovery: acme.url,
    ...given,
  })
}

test('an entry with endpoints asks nobody', async () => {
  const provider = await resolveProvider(offered(plainEntry))
  expect(provider).toMatchObject({ token_endpoint: 'https://acme.test/token' })
  expect(provider.configHash).toMatch(/^[A-Za-z0-9_-]{43}$/)
})

test('metadata gives the endpoints, the issuer, and that iss is sent', async () => {
  expect(await resolveProvider(discovered())).toMatchObject({
    issuer: acme.url,
    iss_parameter_supported: true,
    authorization_endpoint: `${acme.url}/authorize`,
    token_endpoint: `${acme.url}/token`,
    revocation_endpoint: `${acme.url}/revoke`,
    userinfo_endpoint: `${acme.url}/userinfo`,
  })
})

test('what an entry names itself goes before what its metadata says', async () => {
  const own = {
    token_endpoint: `${acme.url}/own`,
    revocation_endpoint: 'https://other.test/revoke',
  }
  acme.ctl({ endpoint: 'metadata', merge: { revocation_endpoint: 'https://elsewhere.test/r' } })
  expect(await resolveProvider(discovered(own))).toMatchObject(own)
})

test('where there is no OpenID metadata, that of RFC 8414 is taken', async () => {
  acme.ctl({ endpoint: 'metadata', nth: 1, status: 404 })
  expect((await resolveProvider(discovered())).token_endpoint).toBe(`${acme.url}/token`)
  expect(acme.log().map(({ path }) => path)).toEqual([
    '/.well-known/openid-configuration',
    '/.well-known/oauth-authorization-server',
  ])
})

const known = (given: Partial<ProviderEntry> = {}) => resolveProvider(discovered(given))
const paths = () => acme.log().map(({ path }) => path)

describe('RS-07 whatever is not the document at OpenID’s place leads to that of RFC 8414', () => {
  test.each([400, 401, 403, 404, 405, 410, 200])('RS-07 a page with %d', async (status) => {
    const body = '<!doctype html><h1>Welcome</h1>'
    acme.ctl({
      endpoint: 'metadata',
      nth: 1,
      status,
      body,
      headers: { 'content-type': 'text/html' },
    })
    expect((await known()).token_endpoint).toBe(`${acme.url}/token`)
  })

  test.each(['{"error":"not_found"}', '[]', 'null', ''])('RS-07 %j with 200', async (body) => {
    acme.ctl({ endpoint: 'metadata', nth: 1, status: 200, body })
    expect((await known()).token_endpoint).toBe(`${acme.url}/token`)
  })

  test.each([429, 500, 503])('RS-07 %d is an outage, and leads nowhere', async (status) => {
    acme.ctl({ endpoint: 'metadata', nth: 1, status })
    await expect(known()).rejects.toEqual(unavailable)
    expect(fetched()).toBe(1)
  })

  test('a document of another issuer is the document, and leads nowhere', async () => {
    acme.ctl({ endpoint: 'metadata', nth: 1, merge: { issuer: `${acme.url}/` } })
    const error = await known().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ cause: { reason: 'another_issuer', found: `${acme.url}/` } })
    expect(fetched()).toBe(1)
  })
})

describe('RS-07 a redirect of the metadata within its own origin is followed', () => {
  const second = '/.well-known/oauth-authorization-server'

  test.each([second, 'oauth-authorization-server'])('RS-07 to %s', async (redirect_to) => {
    acme.ctl({ endpoint: 'metadata', nth: 1, status: 301, redirect_to })
    expect((await known()).token_endpoint).toBe(`${acme.url}/token`)
    expect(paths()).toEqual(['/.well-known/openid-configuration', second])
  })

  test.each([
    'http://127.0.0.1:1/.well-known/openid-configuration',
    'https://evil.test/.well-known/openid-configuration',
    '//evil.test/.well-known/openid-configuration',
    '/uploads/metadata.json',
    'javascript:alert(1)',
    'http://[',
  ])('RS-07 TE-03 and never to %s', async (redirect_to) => {
    acme.ctl({ endpoint: 'metadata', status: 301, redirect_to })
    await expect(known()).rejects.toEqual(misconfigured)
    expect(paths()).toEqual(['/.well-known/openid-configuration'])
  })

  test('RS-07 twice at most', async () => {
    const redirect_to = '/.well-known/openid-configuration'
    acme.ctl({ endpoint: 'metadata', status: 302, redirect_to })
    await expect(known()).rejects.toEqual(misconfigured)
    expect(fetched()).toBe(3)
  })
})

describe('MX-08 metadata of another issuer is not believed', () => {
  test.each(['https://other.test', '/', 'upper', 'missing', 'number'])('MX-08 %s', async (kind) => {
    const issuers: Record<string, unknown> = {
      '/': `${acme.url}/`,
      upper: acme.url.toUpperCase(),
      missing: undefined,
      number: 7,
    }
    acme.ctl({ endpoint: 'metadata', merge: { issuer: kind in issuers ? issuers[kind] : kind } })
    await expect(resolveProvider(discovered())).rejects.toEqual(misconfigured)
  })
})

describe('MX-09 endpoints on another origin are not believed', () => {
  test.each([
    'authorization_endpoint',
    'token_endpoint',
    'revocation_endpoint',
    'userinfo_endpoint',
    'pushed_authorization_request_endpoint',
  ])('MX-09 %s', async (name) => {
    for (const value of ['https://evil.test/x', 'javascript:alert(1)', 'no url', '//evil.test/x']) {
      acme.ctl({ endpoint: 'metadata', merge: { [name]: value } })
      await expect(resolveProvider(discovered())).rejects.toEqual(misconfigured)
    }
  })
})

test('MX-09 changed metadata changes the hash, so that live attempts are not finished', async () => {
  const provider = discovered()
  const before = await resolveProvider(provider)
  expect((await resolveProvider(provider)).configHash).toBe(before.configHash)
  oncePerProcess('metadata', () => new Map()).clear()
  acme.ctl({ endpoint: 'metadata', merge: { token_endpoint: `${acme.url}/token2` } })
  expect((await resolveProvider(provider)).configHash).not.toBe(before.configHash)
})

test('MX-09 another client, scope or endpoint of an entry changes the hash, another secret does not', async () => {
  const hash = async (entry: Partial<ProviderEntry>, client = { id: 'a', secret: 'b' }) =>
    (await resolveProvider(offered({ ...plainEntry, ...entry }, client))).configHash
  const before = await hash({})
  expect(await hash({}, { id: 'a', secret: 'c' })).toBe(before)
  expect(await hash({}, { id: 'c', secret: 'b' })).not.toBe(before)
  expect(await hash({ token_endpoint: 'https://acme.test/t' })).not.toBe(before)
  expect(await hash({ issuer: 'https://acme.test' })).not.toBe(before)
})

describe.each(['html', 'empty', 'deep', 'endless'] as const)('the answer %s', (template) => {
  test('is no metadata', async () => {
    acme.ctl({ endpoint: 'metadata', template })
    await expect(resolveProvider(discovered())).rejects.toEqual(
      expect.objectContaining({ code: expect.stringMatching(/misconfigured|unavailable/) }),
    )
  })
})

test('TE-03 a redirect away from the metadata is not followed', async () => {
  acme.ctl({ endpoint: 'metadata', status: 302, redirect_to: `${acme.url}/token` })
  await expect(resolveProvider(discovered())).rejects.toEqual(misconfigured)
  expect(acme.calls('/token')).toEqual([])
})

test('many at once share one request', async () => {
  const provider = discovered()
  const all = await Promise.all(Array.from({ length: 20 }, () => resolveProvider(provider)))
  expect(new Set(all.map(({ configHash }) => configHash)).size).toBe(1)
  expect(fetched()).toBe(1)
})

test('many at once share one failure, and the next one asks again', async () => {
  acme.ctl({ endpoint: 'metadata', nth: 1, status: 503 })
  const provider = discovered()
  const all = await Promise.allSettled(Array.from({ length: 5 }, () => resolveProvider(provider)))
  for (const one of all) expect(one).toMatchObject({ reason: unavailable })
  expect(fetched()).toBe(1)
  expect((await resolveProvider(provider)).token_endpoint).toBe(`${acme.url}/token`)
})

describe('while the issuer is away', () => {
  test.each([{ status: 503 }, { template: 'drop' as const }, { status: 429 }])(
    'the old metadata is used by all who ask: %j',
    async (outage) => {
      vi.useFakeTimers({ toFake: ['Date'] })
      const provider = discovered()
      const before = await resolveProvider(provider)
      vi.advanceTimersByTime(3_600_001)
      acme.ctl({ endpoint: 'metadata', ...outage })
      const all = await Promise.all(Array.from({ length: 5 }, () => resolveProvider(provider)))
      for (const one of all) expect(one.configHash).toBe(before.configHash)
      expect(fetched()).toBe(2)
      acme.reset()
      await resolveProvider(provider)
      expect(fetched()).toBe(0)
      vi.advanceTimersByTime(30_001)
      await resolveProvider(provider)
      expect(fetched()).toBe(1)
      vi.useRealTimers()
    },
  )

  test('MX-08 an issuer that turned into another one is not covered by old metadata', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const provider = discovered()
    await resolveProvider(provider)
    vi.advanceTimersByTime(3_600_001)
    acme.ctl({ endpoint: 'metadata', merge: { issuer: 'https://other.test' } })
    await expect(resolveProvider(provider)).rejects.toEqual(misconfigured)
    vi.useRealTimers()
  })
})
