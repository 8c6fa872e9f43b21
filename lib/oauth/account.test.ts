import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Scripted, startScripted } from '#e2e/stand-in/scripted'
import { scriptedEntry } from '#e2e/stand-in/scripted-entry'
import type { ProviderEntry } from '#lib/providers/provider'
import { offered } from '../testing/provider.ts'
import { stubSettings } from '../testing/settings.ts'
import { identifyAccount } from './account.ts'
import { resolveProvider } from './metadata.ts'
import type { Tokens } from './token-response.ts'

stubSettings({ ALLOW_INSECURE_LOCALHOST: 'true', TOKEN_DEADLINE_MS: '1000', LEASE_MS: '2000' })

let acme: Scripted
beforeAll(async () => {
  acme = await startScripted({ id: 'acme', redirectUris: [] })
})
afterAll(() => acme.close())
beforeEach(() => acme.reset())

const failed = expect.objectContaining({ code: 'exchange_failed' })
const tokensOf = (given: Partial<Tokens>): Tokens => ({
  accessToken: 'AT_cnry',
  accessTokenExpiresAt: null,
  refreshToken: null,
  refreshTokenExpiresAt: null,
  scope: null,
  idToken: {},
  response: {},
  ...given,
})

async function identify(given: Partial<Tokens>, entry: Partial<ProviderEntry> = {}) {
  const provider = await resolveProvider(offered(scriptedEntry(acme, entry), acme.client))
  return identifyAccount(provider, tokensOf(given))
}

/** Without userinfo, identity is in the token response. */
const inResponse = (response: Record<string, unknown>, id = 'id', label = 'label') =>
  identify({ response }, { userinfo_endpoint: undefined, account: { id, label } })

test('a provider that tells no identity has one account, and is not asked', async () => {
  expect(await identify({}, { account: null })).toEqual({ id: '', label: null })
  expect(acme.log()).toEqual([])
})

test('an ID token that says everything spares the call', async () => {
  expect(await identify({ idToken: { sub: 's', name: 'n' } })).toEqual({ id: 's', label: 'n' })
  expect(acme.log()).toEqual([])
})

test('userinfo is asked with the token, and adds what the ID token lacks', async () => {
  acme.ctl({ endpoint: 'userinfo', status: 200, body: '{"sub":"s","name":"Ann"}' })
  expect(await identify({ idToken: { sub: 's' } })).toEqual({ id: 's', label: 'Ann' })
  expect(acme.calls('/userinfo')[0]?.rawHeaders).toContain('Bearer AT_cnry')
})

test('userinfo about somebody else is not used (OpenID Connect Core §5.3.2)', async () => {
  acme.ctl({ endpoint: 'userinfo', status: 200, body: '{"sub":"mallory","name":"Ann"}' })
  await expect(identify({ idToken: { sub: 's' } })).rejects.toEqual(failed)
})

describe('paths', () => {
  test.each([
    [{ id: 'a', label: 'b' }, 'id', 'label', { id: 'a', label: 'b' }],
    [{ owner: { user: { id: 'a' } } }, 'owner.user.id', 'x', { id: 'a', label: null }],
    [{ id: 42 }, 'id', 'x', { id: '42', label: null }],
    [{ id: 0 }, 'id', 'x', { id: '0', label: null }],
    [{ id: 'a', label: ' An\u0000n\u202e ' }, 'id', 'label', { id: 'a', label: 'Ann' }],
    [{ id: 'a', label: 'x'.repeat(256) }, 'id', 'label', { id: 'a', label: null }],
    [{ id: 'a', label: { name: 'x' } }, 'id', 'label', { id: 'a', label: null }],
    [{ list: ['a'] }, 'list.0', 'x', { id: 'a', label: null }],
  ])('%j at %s', async (response, id, label, account) => {
    expect(await inResponse(response, id, label)).toEqual(account)
  })

  test.each([
    [{}, 'id'],
    [{ id: '' }, 'id'],
    [{ id: ' \u200b' }, 'id'],
    [{ id: null }, 'id'],
    [{ id: {} }, 'id'],
    [{ id: true }, 'id'],
    [{ id: 1.5 }, 'id'],
    [{ id: 2 ** 53 }, 'id'],
    [{ id: 'x'.repeat(256) }, 'id'],
    [{ id: 'a' }, 'id.length'],
    [{ id: 'a' }, 'constructor.name'],
    [{ id: 'a' }, '__proto__.id'],
  ])('no identity: %j at %s', async (response, id) => {
    await expect(inResponse(response, id)).rejects.toEqual(failed)
  })
})

test('WD-10 userinfo may be a list, under any type, and ids as long as they like', async () => {
  const entry = { account: { id: '0.tenantId', label: '0.user.name' } }
  for (const type of ['application/json', 'text/html']) {
    acme.ctl({
      ...{ endpoint: 'userinfo', headers: { 'content-type': type, 'content-encoding': 'none' } },
      body: '\uFEFF[{"tenantId":17841405793187218,"x":1,"x":2,"user":{"name":"Ann"}},{"tenantId":2}]',
    })
    expect(await identify({}, entry)).toEqual({ id: '17841405793187218', label: 'Ann' })
  }
})

test('WD-05 an identity that stands twice with two values is none; elsewhere that is no matter', async () => {
  const answer = (body: string) => acme.ctl({ endpoint: 'userinfo', body })
  answer('{"sub":"a","sub":"b"}')
  await expect(identify({})).rejects.toEqual(failed)
  answer('{"sub":"a","x":{"y":1,"y":2}}')
  expect(await identify({})).toEqual({ id: 'a', label: null })
})

describe('userinfo that cannot be had', () => {
  test.each([
    [{ status: 401, body: '{}' }, 'exchange_failed'],
    [{ status: 401, headers: { 'www-authenticate': 'Bearer error="x"' } }, 'exchange_failed'],
    [{ status: 403, headers: { 'www-authenticate': 'Bearer' } }, 'exchange_failed'],
    [{ template: 'html' as const }, 'exchange_failed'],
    [{ template: 'empty' as const }, 'exchange_failed'],
    [{ template: 'deep' as const }, 'exchange_failed'],
    [{ status: 302, redirect_to: '/token' }, 'exchange_failed'],
    [{ status: 200, body: '{"sub":"a","sub":"b"}' }, 'exchange_failed'],
    [{ status: 503, body: '{}' }, 'temporarily_unavailable'],
    [{ status: 429, body: '{}' }, 'temporarily_unavailable'],
    [{ template: 'drop' as const }, 'temporarily_unavailable'],
    [{ template: 'stall' as const }, 'temporarily_unavailable'],
  ])('%j is %s', async (rule, code) => {
    acme.ctl({ endpoint: 'userinfo', ...rule })
    await expect(identify({})).rejects.toEqual(expect.objectContaining({ code }))
    expect(acme.calls('/token')).toEqual([])
  })
})
