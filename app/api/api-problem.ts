import { codeOf, GrantkeeperError, problem } from '#lib/errors'
import { logEvent } from '#lib/telemetry'

/** An error of the JSON API (RFC 9457), with the challenge that it needs (RFC 6750 §3). */
export function apiProblem(error: unknown): Response {
  const response = challengingProblem(error)
  if (response.status >= 500) logEvent('error', 'api_failed', { cause: error })
  // Who tries keys and tokens that are none is not known by name, but that it is tried is told.
  if (response.status === 401 || response.status === 403)
    logEvent('warn', 'api_refused', { code: codeOf(error), cause: error })
  return response
}

/** The same, unlogged: it tells a client whose token is missing, wrong or too weak what would do. */
export function challengingProblem(error: unknown): Response {
  const response = problem(error)
  const missing = missingScope(error)
  if (missing !== undefined)
    response.headers.set(
      'www-authenticate',
      `${realm}, error="insufficient_scope", scope="${missing}"`,
    )
  else if (response.status === 401) response.headers.set('www-authenticate', realm)
  return response
}

const realm = 'Bearer realm="grantkeeper"'

/** Only that of the caller's own token: what a grant lacks, no other token brings (RFC 6750 §3.1). */
function missingScope(error: unknown): string | undefined {
  if (!(error instanceof GrantkeeperError) || error.code !== 'insufficient_scope') return
  const { scope } = error.detail
  return typeof scope === 'string' ? scope : undefined
}
