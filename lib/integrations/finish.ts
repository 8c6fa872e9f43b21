import { type ErrorCode, GrantkeeperError } from '#lib/errors'
import { isBegunBy, type Transaction } from '#lib/oauth/transaction'
import type { User } from '#lib/session'
import { type Attempt, consume, isLate, mixUpOf } from './attempt.ts'
import { redeem } from './redeem.ts'

/**
 * Ends an attempt: proves that this user, in this browser, began it at this provider; uses it up;
 * redeems the code once; keeps the grant.
 * The order is that of draft-ietf-oauth-security-topics-update (COAT, CORF, COSF).
 * @throws {GrantkeeperError} with the code that the return URL is told
 */
export async function finish(user: User | null, attempt: Attempt): Promise<void> {
  // Also where this cannot be judged, as when the provider's metadata has gone bad: no second try.
  const refusal = await refusalOf(user, attempt).finally(() => consume(attempt.transaction))
  if (refusal || !user) throw new GrantkeeperError(refusal ?? 'login_required')
  await redeem(user, attempt)
}

/**
 * Ends an attempt without a grant: it cannot be taken up again.
 * @throws {GrantkeeperError} `invalid_state` when it had ended before
 */
export async function abandon(transaction: Transaction): Promise<void> {
  await consume(transaction)
}

/** Why this response does not belong to this attempt, or undefined where it does. */
async function refusalOf(user: User | null, attempt: Attempt): Promise<ErrorCode | undefined> {
  const { transaction } = attempt
  if (isLate(transaction)) return 'expired_state'
  // What a SPA began is finished by that SPA: no login here may take its place.
  if (transaction.mode !== 'session') return 'invalid_state'
  if (!user) return 'login_required'
  if (!isBegunBy(transaction, user)) return 'session_mismatch'
  return mixUpOf(attempt)
}
