import { codeOf, GrantkeeperError, problem } from '#lib/errors'
import { logEvent } from '#lib/telemetry'
import { type Answer, withHeaders } from './answer.ts'

/** An error of the JSON API (RFC 9457), with the challenge that it needs (RFC 6750 §3). */
export function apiProblem(error: unknown): Answer {
  const answer = challengingProblem(error)
  if (answer.status >= 500) logEvent('error', 'api_failed', { cause: error })
  // Who tries keys and tokens that are none is not known by name, but that it is tried is told.
  if (answer.status === 401 || answer.status === 403)
    logEvent('warn', 'api_refused', { code: codeOf(error), cause: error })
  return answer
}

/** The same, unlogged: it tells a client whose token is missing, wrong or too weak what would do. */
export function challengingProblem(error: unknown): Answer {
  const answer = problem(error)
  const missing = missingScope(error)
  if (missing !== undefined)
    return challenged(answer, `${realm}, error="insufficient_scope", scope="${missing}"`)
  return answer.status === 401 ? challenged(answer, realm) : answer
}

function challenged(answer: Answer, challenge: string): Answer {
  return withHeaders(answer, { 'www-authenticate': challenge })
}

const realm = 'Bearer realm="grantkeeper"'

/** Only that of the caller's own token: what a grant lacks, no other token brings (RFC 6750 §3.1). */
function missingScope(error: unknown): string | undefined {
  if (!(error instanceof GrantkeeperError) || error.code !== 'insufficient_scope') return
  const { scope } = error.detail
  return typeof scope === 'string' ? scope : undefined
}
