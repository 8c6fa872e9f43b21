import { createPrivateKey, type JsonWebKey } from 'node:crypto'
import * as oauth from 'oauth4webapi'
import { GrantkeeperError } from '#lib/errors'
import type { OfferedProvider } from '#lib/providers/provider'

/**
 * How we prove to a provider who we are (RFC 6749 §2.3, RFC 7523): exactly one method, as configured.
 * @throws {GrantkeeperError} `provider_misconfigured` when the secret is missing or is no key
 */
export async function clientAuthentication(provider: OfferedProvider): Promise<oauth.ClientAuth> {
  const { secret } = provider.client
  if (provider.token_endpoint_auth_method === 'none') return oauth.None()
  if (!secret) throw new GrantkeeperError('provider_misconfigured')
  switch (provider.token_endpoint_auth_method) {
    case 'client_secret_post':
      return oauth.ClientSecretPost(secret)
    case 'client_secret_basic':
      return oauth.ClientSecretBasic(secret)
    case 'client_secret_basic_raw':
      return rawBasic(secret)
    case 'private_key_jwt':
      // Its audience is the issuer alone, so that no other server can use the assertion (RFC 9700).
      return oauth.PrivateKeyJwt({ key: await importKey(secret), kid: keyId(secret) })
  }
}

/** Basic without the form-encoding of RFC 6749 §2.3.1, for servers that do not decode it. */
function rawBasic(secret: string): oauth.ClientAuth {
  return (_server, client, _body, headers) => {
    const credentials = Buffer.from(`${client.client_id}:${secret}`).toString('base64')
    headers.set('authorization', `Basic ${credentials}`)
  }
}

/** A JWK may name itself, and some servers find their copy by that name only. */
function keyId(text: string): string | undefined {
  const [, kid] = /^\s*\{.*"kid"\s*:\s*"([^"]{1,255})"/s.exec(text) ?? []
  return kid
}

/** A key in PEM (PKCS #8) or as a JWK; P-256 signs ES256, RSA signs RS256. */
async function importKey(text: string): Promise<CryptoKey> {
  try {
    const isJwk = text.trimStart().startsWith('{')
    const key = createPrivateKey(
      isJwk ? { key: JSON.parse(text) as JsonWebKey, format: 'jwk' } : text,
    )
    const algorithm =
      key.asymmetricKeyType === 'ec'
        ? { name: 'ECDSA', namedCurve: 'P-256' }
        : { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
    const der = key.export({ type: 'pkcs8', format: 'der' })
    return await crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign'])
  } catch {
    // The parser's own error may quote the key.
    throw new GrantkeeperError('provider_misconfigured')
  }
}
