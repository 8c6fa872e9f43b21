import { database } from '#db'
import type { GrantRow } from '#db/schema'
import { type EventType, eventStep } from '#lib/audit'
import type { ResolvedProvider } from '#lib/oauth/metadata'
import { logEvent } from '#lib/telemetry'
import { isHeld, type Lease } from './lease.ts'
import { noteAnswer } from './provider-answers.ts'

/**
 * This refresh token is no longer good: the provider has said so, or it was refused long enough while others
 * were not (`refused`). Only its user can help now. Fenced: whoever was faster has the better token, and
 * nothing is ended.
 */
export async function endGrant(
  lease: Lease,
  provider: ResolvedProvider,
  told: { isInDoubt: boolean; isReuse?: boolean; reason?: 'refused' },
): Promise<void> {
  const { grant } = lease
  const reason = reasonOf(lease, provider, told)
  const opened = await database()
  const { grants } = opened.tables
  const ended = {
    ...{ status: 'reauthorization_required' as const, reason, leaseId: null, leaseUntil: 0 },
    ...{ refreshDueAt: null, unansweredSends: 0, updatedAt: Date.now() },
  }
  const isEnded = await opened.atomically((tx) => [
    { query: tx.update(grants).set(ended).where(isHeld(grants, lease)), expect: 1 },
    eventStep(opened, eventOf(grant, 'reauthorization_required', { reason })),
    ...(reason === 'possible_reuse'
      ? [eventStep(opened, eventOf(grant, 'security', { reason }))]
      : []),
  ])
  const { provider: id, id: grantId } = grant
  if (isEnded)
    logEvent('warn', 'reauthorization_required', { provider: id, grantId, outcome: reason })
  // A refusal is an answer as it should be: whatever was wrong with the provider is over.
  await noteAnswer(id)
}

/**
 * Why it ended, as far as it can be told. `possible_reuse` is an alarm, raised where the provider says so, or
 * where a token that was just renewed is refused before anybody had a reason to renew it again: then an API
 * has refused its access token too. That its user ends a grant within a minute of a renewal is no alarm: of
 * tokens that live for minutes every end looks like that.
 */
function reasonOf(
  { grant, takenAt }: Lease,
  { rotation }: ResolvedProvider,
  {
    isInDoubt,
    isReuse = false,
    reason,
  }: { isInDoubt: boolean; isReuse?: boolean; reason?: string },
): string {
  if (isInDoubt) return 'lost_rotation'
  if (reason !== undefined) return reason
  const isAlarm = isReuse || isEarly(grant, takenAt)
  return isAlarm && rotation !== 'none' ? 'possible_reuse' : 'invalid_grant'
}

/** Whether it was renewed just now, and its access token cannot have been due for the next one (see freshness). */
function isEarly({ lastRefreshedAt, accessTokenExpiresAt }: GrantRow, now: number): boolean {
  if (lastRefreshedAt === null) return false
  const life = (accessTokenExpiresAt ?? 0) - lastRefreshedAt
  const soonestMs = life > 0 ? Math.min(60_000, life / 5) : 60_000
  return now - lastRefreshedAt < soonestMs
}

/** An event of a grant that nobody asked for. */
export function eventOf(
  { userId, id: grantId, provider }: GrantRow,
  type: EventType,
  detail: Record<string, string>,
) {
  return { userId, grantId, provider, type, actor: 'system' as const, detail }
}
