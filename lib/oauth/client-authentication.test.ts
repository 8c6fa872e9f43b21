import { generateKeyPairSync } from 'node:crypto'
import { decodeJwt, jwtVerify } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { headerOf } from '#e2e/stand-in/request-log'
import { type Scripted, startScripted } from '#e2e/stand-in/scripted'
import { scriptedEntry } from '#e2e/stand-in/scripted-entry'
import type { ProviderEntry } from '#lib/providers/provider'
import { attemptOf } from '../testing/attempt.ts'
import { offered } from '../testing/provider.ts'
import { stubSettings } from '../testing/settings.ts'
import { resolveProvider } from './metadata.ts'
import { exchangeCode } from './token.ts'

stubSettings({ ALLOW_INSECURE_LOCALHOST: 'true' })

const client = { id: 'id:é/+', secret: 'a:b/+ %&é' }
const answer = '{"access_token":"AT","token_type":"bearer"}'
let acme: Scripted
beforeAll(async () => {
  acme = await startScripted({ id: 'acme', client, redirectUris: [] })
})
afterAll(() => acme.close())
beforeEach(() => {
  acme.reset()
  acme.ctl({ endpoint: 'token', body: answer })
})

type Method = ProviderEntry['token_endpoint_auth_method']
type Assertion = NonNullable<ProviderEntry['assertion']>

/** Redeems a code with this way of authentication; the request as the provider saw it. */
async function exchange(
  method: Method,
  given: { id: string; secret?: string } = client,
  more: Partial<ProviderEntry> = {},
) {
  const entry = scriptedEntry(acme, { token_endpoint_auth_method: method, ...more })
  const own = { id: given.id, secret: given.secret }
  const provider = await resolveProvider(offered(entry, own))
  await exchangeCode(provider, attemptOf(), { code: 'C' })
  const [request] = acme.calls('/token')
  if (!request) throw new Error('not called')
  return {
    url: request.url,
    form: new URLSearchParams(request.body),
    authorization: headerOf(request, 'authorization'),
    cookie: headerOf(request, 'cookie'),
  }
}

describe('TE-12 exactly one method, as configured', () => {
  test('TE-12 client_secret_post: in the body alone', async () => {
    const { url, form, authorization, cookie } = await exchange('client_secret_post')
    expect(form.getAll('client_secret')).toEqual([client.secret])
    expect(form.getAll('client_id')).toEqual([client.id])
    expect([url, authorization, cookie]).toEqual(['/token', undefined, undefined])
  })

  test('TE-12 client_secret_basic: form-encoded before it is joined (RFC 6749 §2.3.1)', async () => {
    const { url, form, authorization } = await exchange('client_secret_basic')
    const [id = '', secret = ''] = credentials(authorization).split(':')
    const unescaped = (text: string) => decodeURIComponent(text.replaceAll('+', ' '))
    expect([unescaped(id), unescaped(secret)]).toEqual([client.id, client.secret])
    expect(credentials(authorization)).toMatch(/^[\x21-\x7e]+$/)
    expect([url, form.has('client_secret')]).toEqual(['/token', false])
  })

  // Seven of eight real servers compare what they see, and do not decode it: what can stay, stays.
  test.each([
    ['client-acme', 'client-acme'],
    ['3f6c1d9e-5f0e-4a53.app_1*', '3f6c1d9e-5f0e-4a53.app_1*'],
    ['a_b.c-d', 'a_b.c-d'],
    ['a b', 'a+b'],
    ['a+b/c=', 'a%2Bb%2Fc%3D'],
    ['a:b%c&d', 'a%3Ab%25c%26d'],
    ["~!'()", '%7E%21%27%28%29'],
    ['é€', '%C3%A9%E2%82%AC'],
  ])('RS-02 client_secret_basic: %j is sent as %s', async (text, encoded) => {
    const { authorization } = await exchange('client_secret_basic', { id: text, secret: text })
    expect(credentials(authorization)).toBe(`${encoded}:${encoded}`)
  })

  test('TE-12 client_secret_basic_raw: as it is', async () => {
    const { url, form, authorization } = await exchange('client_secret_basic_raw')
    expect(credentials(authorization)).toBe(`${client.id}:${client.secret}`)
    expect([url, form.has('client_secret')]).toEqual(['/token', false])
  })

  test('TE-12 none: the id alone', async () => {
    const { form, authorization } = await exchange('none', { id: 'public' })
    expect(Object.fromEntries(form)).toMatchObject({ client_id: 'public' })
    expect([form.has('client_secret'), authorization]).toEqual([false, undefined])
  })
})

describe('MX-18 private_key_jwt', () => {
  const pairs = {
    ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  }

  test.each([
    ['ES256', 'pem'],
    ['ES256', 'jwk'],
    ['RS256', 'pem'],
    ['RS256', 'jwk'],
  ] as const)(
    'MX-18 the audience is the issuer as one text, and nothing else: %s, %s',
    async (alg, form) => {
      const { privateKey, publicKey } = pairs[alg]
      const secret =
        form === 'pem'
          ? privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
          : JSON.stringify(privateKey.export({ format: 'jwk' }))
      const request = await exchange('private_key_jwt', { id: 'grantkeeper', secret })
      const assertion = request.form.get('client_assertion') ?? ''
      const { payload, protectedHeader } = await jwtVerify(assertion, publicKey)
      expect(payload).toMatchObject({ aud: acme.url, iss: 'grantkeeper', sub: 'grantkeeper' })
      expect(protectedHeader.alg).toBe(alg)
      expect(request.form.has('client_secret')).toBe(false)
      expect(request.authorization).toBeUndefined()
    },
  )

  const settled = (alg: 'ES256' | 'RS256', assertion: Assertion, more = {}) =>
    exchange(
      'private_key_jwt',
      {
        id: 'grantkeeper',
        secret: pairs[alg].privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      },
      { assertion, ...more },
    )

  test('RS-06 the entry says that the audience is the token endpoint, with or without an issuer', async () => {
    for (const more of [{}, { issuer: undefined, iss_parameter_supported: false }]) {
      acme.reset()
      acme.ctl({ endpoint: 'token', body: answer })
      const { form } = await settled('ES256', { aud: 'token_endpoint' }, more)
      const { aud, iss } = decodeJwt(form.get('client_assertion') ?? '')
      expect([aud, iss]).toEqual([`${acme.url}/token`, 'grantkeeper'])
    }
  })

  test('RS-06 the entry says issuer, algorithm and life of the assertion', async () => {
    const said = { iss: 'our-team', alg: 'PS256', life_s: 600 } as const
    const { form } = await settled('RS256', said)
    const jwt = form.get('client_assertion') ?? ''
    const { payload, protectedHeader } = await jwtVerify(jwt, pairs.RS256.publicKey)
    expect(protectedHeader.alg).toBe('PS256')
    expect(payload).toMatchObject({ iss: 'our-team', sub: 'grantkeeper', aud: acme.url })
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(600)
  })

  test('EdDSA is called so: few servers know its new name', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const secret = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const own = { id: 'grantkeeper', secret }
    const { form } = await exchange('private_key_jwt', own, { assertion: { alg: 'EdDSA' } })
    const { protectedHeader } = await jwtVerify(form.get('client_assertion') ?? '', publicKey)
    expect(protectedHeader.alg).toBe('EdDSA')
  })

  test('a key that does not fit the algorithm is a matter of configuration', async () => {
    await expect(settled('RS256', { alg: 'ES256' })).rejects.toMatchObject({
      code: 'provider_misconfigured',
    })
    expect(acme.calls('/token')).toEqual([])
  })

  test('each assertion is one of a kind, and short-lived', async () => {
    const secret = pairs.ES256.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const jwts: (string | null)[] = []
    for (let count = 0; count < 2; count += 1) {
      acme.reset()
      acme.ctl({ endpoint: 'token', body: answer })
      const { form } = await exchange('private_key_jwt', { id: 'grantkeeper', secret })
      jwts.push(form.get('client_assertion'))
    }
    const [one, two] = jwts.map((jwt) => decodeJwt(jwt ?? ''))
    expect(one?.jti).not.toBe(two?.jti)
    expect((one?.exp ?? 0) - (one?.iat ?? 0)).toBeLessThanOrEqual(300)
  })
})

test.each([
  ['client_secret_post', undefined],
  ['client_secret_basic', ''],
  ['private_key_jwt', 'no key'],
  ['private_key_jwt', '{"kty":"EC","d":"SECRET_cnry"}'],
] as const)('%s without what it needs is a matter of configuration', async (method, secret) => {
  const error = await exchange(
    method,
    secret === undefined ? { id: 'x' } : { id: 'x', secret },
  ).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'provider_misconfigured' })
  // The parser's own error would quote the key.
  expect(error).not.toHaveProperty('cause')
  expect(acme.calls('/token')).toEqual([])
})

function credentials(authorization: string | undefined): string {
  const [, encoded = ''] = /^Basic (\S+)$/.exec(authorization ?? '') ?? []
  return Buffer.from(encoded, 'base64').toString('utf8')
}
