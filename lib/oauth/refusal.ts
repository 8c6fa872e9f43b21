import { z } from 'zod'
import type { WireResponse } from '#lib/providers/quirks'
import type { Provider } from '#lib/providers/schema'
import { declaredMeaning } from './declared-refusal.ts'
import { isOutage, type Read, readAsSent } from './raw-answer.ts'
import { callsTokenDead, callsTokenReused, holdsCode } from './token-words.ts'

/**
 * Why a provider gave no new tokens. `refused`: this refresh token is dead, and only the user can help.
 * `rejected`: a definite answer to this one token that does not say for certain what is wrong; whose fault it
 * is, other grants show. `misconfigured`: our client, or the address, unless this is about one grant after
 * all. `retryAfterMs` is what the provider asks for.
 */
export type Refusal =
  | { kind: 'refused'; isReuse?: boolean }
  | Rejection
  | {
      kind: 'misconfigured'
      isPage?: boolean
      /** Nothing else can be the reason: the entry says so, or nothing could be sent at all. */
      isCertain?: boolean
      /** Nobody is at home at this address. */
      isAddress?: boolean
      error?: string
      cause?: unknown
    }
  | { kind: 'unavailable'; retryAfterMs?: number; cause?: unknown }

/** `isTokenNamed`: its words call the token dead. */
export type Rejection = {
  kind: 'rejected'
  error?: string
  isTokenNamed: boolean
  isReuse: boolean
  cause?: unknown
}

/**
 * Reads an answer that is no success (RFC 6749 §5.2): first as the provider's entry says, then the
 * standard codes and those widely seen, then its words.
 * @param body what the wire made of it
 * @param heard the answer as the provider sent it, before any quirk
 */
export function readRefusal(
  { status, headers }: Pick<Response, 'status' | 'headers'>,
  body: unknown,
  {
    heard,
    declared = [],
  }: { heard?: WireResponse | undefined; declared?: Provider['refresh_errors'] } = {},
): Refusal {
  if (isOutage(status) || (heard && isOutage(heard.status))) {
    const retryAfterMs = readRetryAfter(headers.get('retry-after'))
    return { kind: 'unavailable', ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
  }
  const read = readAsSent(heard, body)
  const meaning = heard && declaredMeaning(declared, { status: heard.status, body: read.body })
  if (meaning) return ofMeaning(meaning, read)
  return standard({ status, error: shape.parse(body).error, read })
}

/**
 * Milliseconds to wait (RFC 9110 §10.2.3), between a second and an hour; undefined for what is
 * neither a number of seconds nor a date to come.
 */
export function readRetryAfter(value: string | null): number | undefined {
  const ms = value === null ? undefined : milliseconds(value)
  return ms === undefined ? undefined : Math.min(Math.max(ms, 1000), 3_600_000)
}

function milliseconds(value: string): number | undefined {
  if (/^\d{1,12}$/.test(value)) return Number(value) * 1000
  const date = /^[A-Z][a-z]{2}, /.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(date) ? undefined : date - Date.now()
}

function ofMeaning(meaning: 'dead' | 'misconfigured' | 'transient', { body }: Read): Refusal {
  if (meaning === 'dead') return { kind: 'refused', isReuse: callsTokenReused(body) }
  if (meaning === 'misconfigured') return { kind: 'misconfigured', isCertain: true }
  return { kind: 'unavailable' }
}

function standard({ status, error, read }: { status: number; error: string; read: Read }): Refusal {
  const { body, isPage, isEmpty } = read
  const isReuse = callsTokenReused(body)
  const known = kinds.get(error)
  if (known === 'refused') return { kind: 'refused', isReuse }
  if (known === 'misconfigured') return { kind: 'misconfigured', error }
  if (known === 'unavailable') return { kind: 'unavailable' }
  if (holdsCode(body, deadCodes)) return { kind: 'refused', isReuse }
  const isAddress = [404, 405, 410].includes(status)
  if (isPage) return { kind: 'misconfigured', isPage: true, isAddress, error }
  const isTokenNamed = deadTokenCodes.has(error) || callsTokenDead(body)
  const isDoor = isAddress || status === 401 || (isEmpty && status !== 400)
  if (!isTokenNamed && isDoor && known === undefined)
    return { kind: 'misconfigured', isAddress, error }
  return { kind: 'rejected', error, isTokenNamed, isReuse }
}

const shape = z.object({ error: z.string() }).catch({ error: '' })

// A Map: of an object, `error: "constructor"` would fetch more than our kinds.
const kinds = new Map<string, Refusal['kind']>([
  ['invalid_grant', 'refused'],
  // GitHub: docs.github.com/en/apps/creating-github-apps/…/refreshing-user-access-tokens, 2026-11
  ['bad_refresh_token', 'refused'],
  // Slack: docs.slack.dev/authentication/using-token-rotation, 2026-11
  ['invalid_refresh_token', 'refused'],
  ['token_revoked', 'refused'],
  // OpenID Connect Core §3.1.2.6, which Microsoft sends at the token endpoint too
  ['interaction_required', 'refused'],
  ['consent_required', 'refused'],
  ['login_required', 'refused'],
  ['invalid_client', 'misconfigured'],
  // Each is said of one user's token too: of a tenant that has switched the app off, for one.
  ['unauthorized_client', 'rejected'],
  ['unsupported_grant_type', 'rejected'],
  ['invalid_scope', 'rejected'],
  ['invalid_request', 'rejected'],
  ['temporarily_unavailable', 'unavailable'],
  ['server_error', 'unavailable'],
  ['slow_down', 'unavailable'],
])

/** As a text of its own anywhere in an answer: Fitbit has `errors[0].errorType`. */
const deadCodes = new Set(['invalid_grant', 'bad_refresh_token', 'invalid_refresh_token'])

/** Seen for a dead refresh token, among others at Zoho; each has another meaning elsewhere. */
const deadTokenCodes = new Set(['invalid_code', 'invalid_token', 'expired_token', 'token_expired'])
