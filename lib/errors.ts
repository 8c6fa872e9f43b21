const brand = Symbol.for('grantkeeper.error')

/**
 * The one error type of expected failures, and the closed set of its codes. A code is all that ever
 * leaves this process: a provider's text, a token or a database message stays in `cause`, unlogged.
 */
export class GrantkeeperError extends Error {
  /**
   * Next gives pages, routes and instrumentation each a copy of this class, and what was opened by one
   * throws at another: an error of any copy is one.
   */
  static override [Symbol.hasInstance](value: unknown): value is GrantkeeperError {
    return typeof value === 'object' && value !== null && brand in value
  }

  readonly [brand] = true
  readonly code: ErrorCode
  /** Seconds after which trying again makes sense, for `Retry-After` (RFC 9110 §10.2.3). */
  readonly retryAfterS: number | undefined
  /** What an API answers besides the code (RFC 9457 §3.2): never a secret, never a provider's text. */
  readonly detail: Record<string, unknown>

  /** An HTTP status that says more than the code's own, such as 405, 413 or 504. */
  readonly status: number | undefined

  constructor(code: ErrorCode, options: Options = {}) {
    super(code, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'GrantkeeperError'
    this.code = code
    this.retryAfterS = options.retryAfterS
    this.detail = options.detail ?? {}
    this.status = options.status
  }
}

type Options = {
  cause?: unknown
  retryAfterS?: number
  detail?: Record<string, unknown>
  status?: number
}

/** The code under which any thrown value is told to the outside. */
export function codeOf(error: unknown): ErrorCode {
  return error instanceof GrantkeeperError ? error.code : 'server_error'
}

/** `value` as one of our codes, or undefined: for codes that come back to us in a query. */
export function asErrorCode(value: unknown): ErrorCode | undefined {
  return typeof value === 'string' && Object.hasOwn(statusOf, value)
    ? (value as ErrorCode)
    : undefined
}

/** An error of the JSON API as RFC 9457 problem details, for whichever server sends them. */
export function problem(error: unknown): Problem {
  const code = codeOf(error)
  const retryAfterS = error instanceof GrantkeeperError ? error.retryAfterS : undefined
  const detail = error instanceof GrantkeeperError ? error.detail : {}
  const status = (error instanceof GrantkeeperError ? error.status : undefined) ?? statusOf[code]
  const title = code.replaceAll('_', ' ')
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(retryAfterS === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterS)) }),
    },
    body: JSON.stringify({ type: 'about:blank', title, status, code, ...detail }),
  }
}

type Problem = { status: number; headers: Record<string, string>; body: string }

/** Every code with the HTTP status that it has where an answer is not a redirect. */
export const statusOf = {
  invalid_request: 400,
  invalid_return_to: 400,
  unknown_provider: 404,
  provider_misconfigured: 503,
  login_required: 401,
  invalid_state: 400,
  expired_state: 400,
  session_mismatch: 403,
  provider_mismatch: 400,
  issuer_mismatch: 400,
  account_mismatch: 409,
  insufficient_scope: 403,
  access_denied: 403,
  provider_error: 502,
  exchange_failed: 502,
  temporarily_unavailable: 503,
  rate_limited: 429,
  invalid_ticket: 400,
  storage_unavailable: 503,
  server_error: 500,
  not_connected: 404,
  reauthorization_required: 409,
  account_required: 409,
  paused: 403,
  forbidden: 403,
  credential_unreadable: 503,
} as const

export type ErrorCode = keyof typeof statusOf
