import { createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import * as oauth from 'oauth4webapi'
import { GrantkeeperError } from '#lib/errors'
import type { ResolvedProvider } from './metadata.ts'

/**
 * How we prove to a provider who we are (RFC 6749 §2.3, RFC 7523): exactly one method, as configured.
 * @throws {GrantkeeperError} `provider_misconfigured` when the secret is missing or is no key
 */
export async function clientAuthentication(provider: ResolvedProvider): Promise<oauth.ClientAuth> {
  const { secret } = provider.client
  if (provider.token_endpoint_auth_method === 'none') return oauth.None()
  if (!secret) throw new GrantkeeperError('provider_misconfigured')
  switch (provider.token_endpoint_auth_method) {
    case 'client_secret_post':
      return oauth.ClientSecretPost(secret)
    case 'client_secret_basic':
      return basic(secret, formEncoded)
    case 'client_secret_basic_raw':
      return basic(secret, (text) => text)
    case 'private_key_jwt':
      return assertion(provider, secret)
  }
}

/**
 * What `application/x-www-form-urlencoded` makes of a text (RFC 6749 §2.3.1), as the URL Standard has it:
 * `- _ . *` stay. oauth4webapi's own function encodes these too, which servers that do not decode refuse.
 * https://url.spec.whatwg.org/#application-x-www-form-urlencoded-percent-encode-set
 */
export function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1)
}

function basic(secret: string, encode: (text: string) => string): oauth.ClientAuth {
  return (_server, client, _body, headers) => {
    const credentials = [client.client_id, secret].map(encode).join(':')
    headers.set('authorization', `Basic ${Buffer.from(credentials).toString('base64')}`)
  }
}

/**
 * Signed for one request. By default its audience is the issuer alone, as RFC 7523bis asks, so that no
 * other server can use it; many servers know only what RFC 7523 §3 names, their token endpoint.
 */
async function assertion(provider: ResolvedProvider, secret: string): Promise<oauth.ClientAuth> {
  const { iss, aud, alg, life_s } = provider.assertion ?? {}
  const key = await importKey(secret, alg)
  const modify: oauth.ModifyAssertionFunction = (header, payload) => {
    if (alg !== undefined) header.alg = alg
    if (iss !== undefined) payload.iss = iss
    if (aud === 'token_endpoint') payload.aud = provider.token_endpoint
    if (life_s !== undefined) payload.exp = Number(payload.iat) + life_s
  }
  return oauth.PrivateKeyJwt({ key, kid: keyId(secret) }, { [oauth.modifyAssertion]: modify })
}

/** A JWK may name itself, and some servers find their copy by that name only. */
function keyId(text: string): string | undefined {
  const [, kid] = /^\s*\{.*"kid"\s*:\s*"([^"]{1,255})"/s.exec(text) ?? []
  return kid
}

/** A key in PEM (PKCS #8) or as a JWK. Without `alg`, P-256 signs ES256 and RSA signs RS256. */
async function importKey(text: string, alg: string | undefined): Promise<CryptoKey> {
  try {
    const isJwk = text.trimStart().startsWith('{')
    const key = createPrivateKey(
      isJwk ? { key: JSON.parse(text) as JsonWebKey, format: 'jwk' } : text,
    )
    const der = key.export({ type: 'pkcs8', format: 'der' })
    const algorithm = algorithms[alg ?? (key.asymmetricKeyType === 'ec' ? 'ES256' : 'RS256')]
    if (!algorithm || !isStrong(key)) throw new Error('not a key for it')
    return await crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign'])
  } catch {
    // The parser's own error may quote the key.
    throw new GrantkeeperError('provider_misconfigured')
  }
}

/** RFC 7518 §3.3: an RSA key has 2048 bits or more. */
function isStrong({ asymmetricKeyDetails: { modulusLength } = {} }: KeyObject): boolean {
  return modulusLength === undefined || modulusLength >= 2048
}

const rsa = (name: string, hash: string) => ({ name, hash })
const ecdsa = (namedCurve: string) => ({ name: 'ECDSA', namedCurve })

/** What WebCrypto calls the algorithms of `assertion.alg`. */
const algorithms: Record<string, RsaHashedImportParams | EcKeyImportParams | Algorithm> = {
  RS256: rsa('RSASSA-PKCS1-v1_5', 'SHA-256'),
  RS384: rsa('RSASSA-PKCS1-v1_5', 'SHA-384'),
  RS512: rsa('RSASSA-PKCS1-v1_5', 'SHA-512'),
  PS256: rsa('RSA-PSS', 'SHA-256'),
  PS384: rsa('RSA-PSS', 'SHA-384'),
  PS512: rsa('RSA-PSS', 'SHA-512'),
  ES256: ecdsa('P-256'),
  ES384: ecdsa('P-384'),
  ES512: ecdsa('P-521'),
  EdDSA: { name: 'Ed25519' },
}
