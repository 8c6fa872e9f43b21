import { problem } from '#lib/errors'
import { logEvent } from '#lib/telemetry'

/** An error of the JSON API (RFC 9457), with the challenge that a 401 needs (RFC 6750 §3). */
export function apiProblem(error: unknown): Response {
  const response = withChallenge(problem(error))
  if (response.status >= 500) logEvent('error', 'api_failed', { cause: error })
  return response
}

/** What a client without credentials, or with the wrong ones, is told of how to come by them. */
export function withChallenge(response: Response): Response {
  const challenge = challenges[response.status]
  if (challenge) response.headers.set('www-authenticate', challenge)
  return response
}

const realm = 'Bearer realm="grantkeeper"'
const challenges: Record<number, string> = { 401: realm }
