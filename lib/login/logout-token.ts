import { decodeProtectedHeader, jwtVerify } from 'jose'
import { z } from 'zod'
import { GrantkeeperError } from '#lib/errors'
import { signatures } from './access-token.ts'
import { registration } from './issuer.ts'
import { issuerKeys } from './issuer-keys.ts'

/** What the issuer has ended: the session `sid`, or where that is '' all sessions of `sub` until `at`. */
export type Logout = { issuer: string; sid: string; sub: string; at: number }

/**
 * Verifies a logout token (OpenID Connect Back-Channel Logout 1.0 §2.4, §2.6).
 * @throws {GrantkeeperError} `invalid_request` for whatever is wrong with it; `temporarily_unavailable`
 */
export async function verifyLogoutToken(jwt: string): Promise<Logout> {
  if (jwt.length > 8_192 || !isOfOurKind(jwt)) throw refused()
  const { issuer, keyFor } = await issuerKeys()
  const { client, issuer: named } = registration()
  try {
    const { payload } = await jwtVerify(jwt, keyFor, {
      ...{ issuer, audience: client.id, algorithms: signatures },
      ...{ clockTolerance: 15, maxTokenAge: '5m', requiredClaims: ['iat', 'jti'] },
    })
    const { sid, sub, iat } = claims.parse(payload)
    return { issuer: named, sid, sub, at: Math.floor(iat * 1000) }
  } catch (cause) {
    throw cause instanceof GrantkeeperError ? cause : refused(cause)
  }
}

/** Looked at before the issuer is asked for anything. Not every issuer types its tokens. */
function isOfOurKind(jwt: string): boolean {
  try {
    const { alg, typ = 'logout+jwt' } = decodeProtectedHeader(jwt)
    const isTyped = /^(application\/)?(logout\+)?jwt$/i.test(String(typ))
    return isTyped && signatures.includes(alg ?? '')
  } catch {
    return false
  }
}

const name = z.string().min(1).max(255)

/** A nonce makes it an ID token, whatever else it says. */
const claims = z
  .object({
    iat: z.number(),
    sid: name.default(''),
    sub: name.default(''),
    events: z.looseObject({
      'http://schemas.openid.net/event/backchannel-logout': z.looseObject({}),
    }),
    nonce: z.undefined().optional(),
  })
  .refine(({ sid, sub }) => sid !== '' || sub !== '')

function refused(cause?: unknown): GrantkeeperError {
  return new GrantkeeperError('invalid_request', { cause })
}
