import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Scripted, startScripted } from '#e2e/stand-in/scripted'
import { scriptedEntry } from '#e2e/stand-in/scripted-entry'
import { attemptOf } from '../testing/attempt.ts'
import { offered } from '../testing/provider.ts'
import { stubSettings } from '../testing/settings.ts'
import { authorizationUrl } from './authorization.ts'
import { resolveProvider } from './metadata.ts'
import { exchangeCode } from './token.ts'

stubSettings({ ALLOW_INSECURE_LOCALHOST: 'true' })

const redirect_uri = 'https://app.test/api/integrations/acme/callback'
let acme: Scripted
beforeAll(async () => {
  acme = await startScripted({ id: 'acme', redirectUris: [redirect_uri] })
})
afterAll(() => acme.close())
beforeEach(() => acme.reset())

const failed = expect.objectContaining({ code: 'exchange_failed' })

/** From the authorization request to the tokens, at the honest provider as far as it is one. */
async function connect(scope: string[]) {
  const entry = scriptedEntry(acme, { scope: ['openid', 'profile'] })
  const provider = await resolveProvider(offered(entry, acme.client))
  const transaction = attemptOf({ scope, redirect_uri, issuer: acme.url })
  const approved = await fetch(await authorizationUrl(provider, transaction), {
    redirect: 'manual',
  })
  const query = new URL(approved.headers.get('location') ?? '').searchParams
  const received = await exchangeCode(provider, transaction, { code: query.get('code') ?? '' })
  return received.check()
}

test('the claims of a good ID token are known', async () => {
  expect((await connect(['openid', 'profile'])).idToken).toMatchObject({
    sub: 'acme_ann',
    iss: acme.url,
  })
})

describe('MX-17 an ID token that fails a check ends the exchange', () => {
  test.each([
    ['of another flow', { claims: { nonce: 'another' } }],
    ['without a nonce', { claims: { nonce: null } }],
    ['for another client', { claims: { aud: 'another' } }],
    ['for us among others', { claims: { aud: ['another', 'yet another'] } }],
    ['of another issuer', { claims: { iss: 'https://evil.test' } }],
    ['of an issuer with a slash too many', { claims: { iss: 'slash' } }],
    ['without a subject', { claims: { sub: null } }],
    ['that is not signed', { alg: 'none' as const }],
    ['signed with a shared secret', { alg: 'HS256' as const }],
    ['that has expired', { expired: true }],
  ])('MX-17 one %s', async (_, id_token) => {
    const claims: Record<string, unknown> = 'claims' in id_token ? { ...id_token.claims } : {}
    if (claims.iss === 'slash') claims.iss = `${acme.url}/`
    acme.ctl({ endpoint: 'token', id_token: { ...id_token, claims } })
    await expect(connect(['openid', 'profile'])).rejects.toEqual(failed)
  })

  test('MX-17 one that is missing, though it was asked for', async () => {
    acme.ctl({ endpoint: 'token', omit: ['id_token'] })
    await expect(connect(['openid', 'profile'])).rejects.toEqual(failed)
  })
})

test('MX-17 an ID token that nobody asked for is not looked at', async () => {
  acme.ctl({ endpoint: 'token', merge: { id_token: 'e30.e30.x' } })
  expect((await connect(['profile'])).idToken).toEqual({})
})
