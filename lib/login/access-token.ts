import { hash } from 'node:crypto'
import { decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose'
import { z } from 'zod'
import { GrantkeeperError } from '#lib/errors'
import { oncePerProcess } from '#lib/process'
import { registration } from './issuer.ts'
import { issuerKeys } from './issuer-keys.ts'

/** What a verified access token of the login issuer says. */
export type AccessToken = {
  sub: string
  /** The application that it was issued to. */
  clientId: string
  scope: string[]
  /** The organization that it is for, where the issuer has those. */
  org: string | undefined
  /** True where it stands for the application itself (RFC 6749 §4.4), false where for a user. */
  isMachine: boolean
}

/**
 * Verifies a JWT access token (RFC 9068, or as Auth0 writes it) that was issued for this API. Without
 * an audience in the settings none is. A verified one is remembered for at most a minute.
 * @throws {GrantkeeperError} `login_required` for whatever is wrong with it; `temporarily_unavailable`
 */
export async function verifyAccessToken(jwt: string): Promise<AccessToken> {
  const remembered = oncePerProcess('access tokens', () => new Map<string, Remembered>())
  const name = hash('sha256', jwt, 'base64')
  const known = remembered.get(name)
  if (known && Date.now() < known.until) return known.token
  const payload = await verify(jwt)
  const token = read(payload)
  remember(remembered, name, { token, until: Math.min(Date.now() + 60_000, expiryOf(payload)) })
  return token
}

type Remembered = { token: AccessToken; until: number }

const maxLength = 8_192
/** How the issuer may sign. */
export const signatures = ['RS256', 'PS256', 'ES256', 'EdDSA']

async function verify(jwt: string): Promise<JWTPayload> {
  const { audience } = registration()
  if (audience === undefined || jwt.length > maxLength || !isOfOurKind(jwt)) throw refused()
  const { issuer, keyFor } = await issuerKeys()
  try {
    const options = { issuer, audience, algorithms: signatures, clockTolerance: 15 }
    return (await jwtVerify(jwt, keyFor, { ...options, requiredClaims: ['sub', 'exp'] })).payload
  } catch (cause) {
    throw cause instanceof GrantkeeperError ? cause : refused(cause)
  }
}

/** Looked at before the issuer is asked for anything. The header says nothing that is believed. */
function isOfOurKind(jwt: string): boolean {
  try {
    const { alg, typ } = decodeProtectedHeader(jwt)
    const isTyped = typeof typ === 'string' && /^(application\/)?(at\+)?jwt$/i.test(typ)
    return isTyped && signatures.includes(alg ?? '')
  } catch {
    return false
  }
}

const claims = z.object({
  sub: z.string().min(1),
  aud: z
    .string()
    .transform((one) => [one])
    .or(z.array(z.string())),
  azp: z.string().min(1).optional(),
  client_id: z.string().min(1).optional(),
  scope: z.string().default(''),
  org_id: z.string().min(1).optional(),
  gty: z.string().optional(),
  // As Entra ID and Keycloak mark an application's own token.
  idtyp: z.string().optional(),
  preferred_username: z.string().optional(),
  // Keycloak writes them for a service account alone, whatever its scopes leave out besides.
  clientHost: z.string().optional(),
  clientAddress: z.string().optional(),
  // Bound to a key whose proof nobody checks here (RFC 9449 §6, RFC 8705 §3.1).
  cnf: z.undefined().optional(),
})

function read(payload: JWTPayload): AccessToken {
  const { success, data } = claims.safeParse(payload)
  if (!success) throw refused()
  const { sub, aud, azp, client_id, scope, org_id } = data
  const clientId = azp ?? client_id
  if (clientId === undefined || isIdToken(payload, { aud, clientId })) throw refused()
  return {
    sub,
    clientId,
    scope: scope.split(' ').filter(Boolean),
    org: org_id,
    isMachine: isMachine(data, clientId),
  }
}

/** As each issuer says it: an application's own token must never pass for a user's. */
function isMachine(
  { sub, gty, idtyp, preferred_username, clientHost, clientAddress }: z.output<typeof claims>,
  clientId: string,
): boolean {
  if (gty === 'client-credentials' || idtyp === 'app') return true
  if (clientHost !== undefined || clientAddress !== undefined) return true
  return (
    [clientId, `${clientId}@clients`].includes(sub) ||
    preferred_username === `service-account-${clientId}`
  )
}

/** An ID token is meant for the client itself (OpenID Connect Core §2), and is never a key to an API. */
function isIdToken(payload: JWTPayload, { aud, clientId }: { aud: string[]; clientId: string }) {
  return aud.includes(clientId) || ['nonce', 'at_hash', 'c_hash'].some((name) => name in payload)
}

function expiryOf({ exp = 0 }: JWTPayload): number {
  return exp * 1000
}

/** A Map keeps the order of insertion: the first is the oldest. */
function remember(all: Map<string, Remembered>, name: string, one: Remembered): void {
  all.delete(name)
  all.set(name, one)
  for (const oldest of all.keys()) {
    if (all.size <= maxRemembered) return
    all.delete(oldest)
  }
}

const maxRemembered = 1_000

function refused(cause?: unknown): GrantkeeperError {
  return new GrantkeeperError('login_required', { cause })
}
