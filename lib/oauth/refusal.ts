import { z } from 'zod'

/**
 * Why a provider gave no new tokens. `refused`: this refresh token is no longer good, and only the
 * user can help; everything else is no fault of the grant. `retryAfterMs` is what the provider asks for.
 */
export type Refusal =
  | { kind: 'refused' }
  | { kind: 'misconfigured'; error?: string; cause?: unknown }
  | { kind: 'unavailable'; retryAfterMs?: number; cause?: unknown }

/** Reads an answer that is no success (RFC 6749 §5.2), and what is common besides. */
export function readRefusal({ status, headers }: Response, body: unknown): Refusal {
  if (status === 429 || status >= 500) {
    const retryAfterMs = readRetryAfter(headers.get('retry-after'))
    return { kind: 'unavailable', ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
  }
  const { error } = shape.parse(body)
  const kind = kinds.get(error) ?? (isPage(status, error) ? 'misconfigured' : 'unavailable')
  return kind === 'misconfigured' ? { kind, error } : { kind }
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
  ['unauthorized_client', 'misconfigured'],
  ['unsupported_grant_type', 'misconfigured'],
  ['invalid_scope', 'misconfigured'],
  ['invalid_request', 'misconfigured'],
  ['temporarily_unavailable', 'unavailable'],
  ['server_error', 'unavailable'],
  ['slow_down', 'unavailable'],
])

/** A page in place of an answer, or a door that is shut: the address or the client is wrong. */
function isPage(status: number, error: string): boolean {
  if (status === 408 || status === 425) return false
  return error === '' || [401, 403, 404, 405, 410].includes(status)
}
