import { generateKeyPairSync } from 'node:crypto'
import { decodeJwt, jwtVerify } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { headerOf } from '#e2e/stand-in/request-log'
import { type Scripted, startScripted } from '#e2e/stand-in/scripted'
import { scriptedEntry } from '#e2e/stand-in/scripted-entry'
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

type Method = NonNullable<Parameters<typeof scriptedEntry>[1]>['token_endpoint_auth_method']

/** Redeems a code with this way of authentication; the request as the provider saw it. */
async function exchange(method: Method, given: { id: string; secret?: string } = client) {
  const entry = scriptedEntry(acme, { token_endpoint_auth_method: method })
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
