import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose'
import { z } from 'zod'
import { env } from '#lib/env'
import { GrantkeeperError } from '#lib/errors'
import { oncePerProcess } from '#lib/process'
import { isAllowedHttp } from '#lib/settings/values'
import { logEvent } from '#lib/telemetry'
import { followHere } from './follow-here.ts'
import { loginIssuer } from './issuer.ts'

/**
 * The login issuer's own name and public keys, by its metadata (OpenID Connect Discovery 1.0 §4). The
 * keys are fetched anew every ten minutes, and for an unknown `kid` at most once in 30 seconds.
 * @throws {GrantkeeperError} `temporarily_unavailable` while the issuer does not answer; so does `keyFor`
 */
export function issuerKeys(): Promise<IssuerKeys> {
  const slot = oncePerProcess('issuer keys', (): Slot => ({ silentUntil: 0 }))
  slot.found ??= discover(slot).catch((error) => {
    delete slot.found
    keepQuiet(slot, error)
    throw error
  })
  return slot.found
}

export type IssuerKeys = {
  /** As the issuer writes it: what `iss` must be, byte by byte (RFC 9068 §4). */
  issuer: string
  keyFor: JWTVerifyGetKey
  metadata: IssuerMetadata
}

/** What a login needs of the metadata (OpenID Connect Discovery 1.0 §3). */
export type IssuerMetadata = z.output<typeof metadataSchema>

/** `silentUntil`: when the issuer may be asked again after it did not answer. */
type Slot = { found?: Promise<IssuerKeys>; silentUntil: number }

const metadataSchema = z.object({
  issuer: z.string(),
  jwks_uri: z.url(),
  authorization_endpoint: z.url().optional(),
  token_endpoint: z.url().optional(),
  userinfo_endpoint: z.url().optional(),
  end_session_endpoint: z.url().optional(),
  // What the specification says where nothing stands.
  token_endpoint_auth_methods_supported: z.array(z.string()).default(['client_secret_basic']),
  id_token_signing_alg_values_supported: z.array(z.string()).default(['RS256']),
})

async function discover(slot: Slot): Promise<IssuerKeys> {
  const wanted = loginIssuer().replace(/\/$/, '')
  const response = await ask(slot, `${wanted}/.well-known/openid-configuration`, {
    signal: AbortSignal.timeout(deadlineMs),
  })
  const metadata = readMetadata(await response.json())
  const { issuer, jwks_uri } = metadata
  // By its name users are told apart, so another spelling would be other users. Auth0's own is known.
  if (issuer !== loginIssuer() && !isAuth0Like(issuer, wanted))
    throw misconfigured('another issuer')
  const keyFor = createRemoteJWKSet(new URL(jwks_uri), {
    timeoutDuration: deadlineMs,
    cooldownDuration: 30_000,
    cacheMaxAge: 600_000,
    [customFetch]: (url, init) => ask(slot, url, init),
  })
  return { issuer, keyFor, metadata }
}

/** A tenant's name ends with a slash, and that of what behaves as one may not. */
function isAuth0Like(issuer: string, wanted: string): boolean {
  return env().LOGIN_DRIVER === 'auth0' && issuer.replace(/\/$/, '') === wanted
}

const deadlineMs = 5_000

/** How long an issuer that failed is left alone: each forged token would ask it otherwise. */
const silenceMs = 5_000

/** Asks for JSON. */
async function ask(slot: Slot, url: string, init: RequestInit): Promise<Response> {
  if (Date.now() < slot.silentUntil) throw unavailable()
  try {
    const response = await followHere(url, init)
    if (response.status !== 200) throw new Error(`status ${response.status}`)
    return Response.json(await response.json())
  } catch (cause) {
    keepQuiet(slot, cause)
    throw unavailable(cause)
  }
}

/** Begins a silence, unless there is one: whoever asks meanwhile must not prolong it. */
function keepQuiet(slot: Slot, cause: unknown): void {
  if (Date.now() < slot.silentUntil) return
  slot.silentUntil = Date.now() + silenceMs
  logEvent('warn', 'login_issuer_unavailable', { cause })
}

function readMetadata(answer: unknown): IssuerMetadata {
  const { success, data } = metadataSchema.safeParse(answer)
  if (!success) throw misconfigured('no metadata')
  for (const [name, value] of Object.entries(data))
    if (/_(uri|endpoint)$/.test(name) && !isSafe(String(value)))
      throw misconfigured(`${name} by http`)
  return data
}

function isSafe(url: string): boolean {
  const { protocol } = new URL(url)
  return protocol === 'https:' || (protocol === 'http:' && isAllowedHttp(env(), url))
}

function unavailable(cause?: unknown): GrantkeeperError {
  return new GrantkeeperError('temporarily_unavailable', { cause, retryAfterS: silenceMs / 1000 })
}

/** An administrator's matter. To a job it is the same as an issuer that is away: no fault of its token. */
function misconfigured(what: string): GrantkeeperError {
  return unavailable(new Error(what))
}
