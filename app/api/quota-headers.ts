import type { Quota } from '#lib/rate-limits'
import { type Answer, withHeaders } from './answer.ts'

/**
 * Tells what is left of whose limit, and for how long (draft-ietf-httpapi-ratelimit-headers): on every
 * answer to somebody who was counted, refusals too.
 */
export function withQuota(answer: Answer, quota: Quota | undefined): Answer {
  if (!quota) return answer
  const { name, calls, windowS } = quota.policy
  return withHeaders(answer, {
    'ratelimit-policy': `"${name}";q=${calls};w=${windowS}`,
    ratelimit: `"${name}";r=${quota.left};t=${quota.resetS}`,
  })
}
