import { generateSecret, importJWK, type JWK, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose'
import { signingKey } from '../signing-key.ts'
import type { Consent } from './grants.ts'
import type { Rule } from './rules.ts'

/** An ID token, signed with a real key, unless the rule says how to spoil it. */
export async function idToken(
  { url, client, key }: { url: string; client: { id: string }; key: JWK },
  { account, nonce }: Consent,
  spoil: Rule['id_token'] = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000) - (spoil.expired ? 7200 : 0)
  const honest = { iss: url, aud: client.id, iat: now, exp: now + 3600, nonce, ...account }
  const claims = Object.entries({ ...honest, ...spoil.claims }).filter(
    ([, value]) => value !== null,
  )
  return sign(Object.fromEntries(claims) as JWTPayload, key, spoil.alg)
}

async function sign(
  claims: JWTPayload,
  key: JWK,
  alg: NonNullable<Rule['id_token']>['alg'],
): Promise<string> {
  if (alg === 'none') return new UnsecuredJWT(claims).encode()
  if (alg === 'HS256')
    return new SignJWT(claims).setProtectedHeader({ alg }).sign(await generateSecret('HS256'))
  const signer = alg === 'foreign_key' ? { ...(await signingKey()), kid: key.kid } : key
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', kid: key.kid })
    .sign(await importJWK(signer, 'RS256'))
}
