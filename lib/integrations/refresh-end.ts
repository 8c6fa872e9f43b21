import { database } from '#db'
import type { GrantRow } from '#db/schema'
import { type EventType, eventStep } from '#lib/audit'
import type { ResolvedProvider } from '#lib/oauth/metadata'
import { logEvent } from '#lib/telemetry'
import { isHeld, type Lease } from './lease.ts'
import { noteAnswer } from './provider-state.ts'

/**
 * The provider has said that this refresh token is no longer good. Only its user can help now. Fenced:
 * whoever was faster has the better token, and nothing is ended.
 */
export async function endGrant(
  lease: Lease,
  provider: ResolvedProvider,
  { isInDoubt }: { isInDoubt: boolean },
): Promise<void> {
  const { grant } = lease
  const reason = isInDoubt ? 'lost_rotation' : reasonOf(grant, provider, lease.takenAt)
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
 * A refresh token that has just been renewed and is refused was ended by somebody: its user, at the
 * provider, or a provider that has seen an older one used again (RFC 9700 §4.14.2).
 */
function reasonOf(
  { lastRefreshedAt }: GrantRow,
  { rotation }: ResolvedProvider,
  now: number,
): string {
  const isRecent = lastRefreshedAt !== null && now - lastRefreshedAt < 60_000
  return isRecent && rotation !== 'none' ? 'possible_reuse' : 'invalid_grant'
}

/** An event of a grant that nobody asked for. */
export function eventOf(
  { userId, id: grantId, provider }: GrantRow,
  type: EventType,
  detail: Record<string, string>,
) {
  return { userId, grantId, provider, type, actor: 'system' as const, detail }
}
