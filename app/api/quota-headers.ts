import type { Quota } from '#lib/rate-limits'

/**
 * Tells what is left of whose limit, and for how long (draft-ietf-httpapi-ratelimit-headers): on every
 * answer to somebody who was counted, refusals too.
 */
export function withQuota(response: Response, quota: Quota | undefined): Response {
  if (!quota) return response
  const { name, calls, windowS } = quota.policy
  response.headers.set('ratelimit-policy', `"${name}";q=${calls};w=${windowS}`)
  response.headers.set('ratelimit', `"${name}";r=${quota.left};t=${quota.resetS}`)
  return response
}
