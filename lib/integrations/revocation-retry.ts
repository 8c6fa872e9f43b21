import { and, eq, lte, sql } from 'drizzle-orm'
import { database } from '#db'
import { preparedOnce } from '#db/prepared'
import type { PendingRevocationRow } from '#db/schema'
import { type EventType, eventStep } from '#lib/audit'
import { resolveProvider } from '#lib/oauth/metadata'
import { revokeToken } from '#lib/oauth/token'
import { findProvider } from '#lib/providers/provider'
import { logEvent } from '#lib/telemetry'
import { open } from '#lib/vault'
import { isShared } from './revocation.ts'

/**
 * Tries again what a provider did not confirm: with growing pauses for a day, then the token is
 * wiped. Each row is claimed by moving its next attempt, so that any number of instances may do this.
 * @param until by `performance.now()`, after which none is begun
 */
export async function retryRevocations(now: number, until?: number): Promise<void> {
  const opened = await database()
  const { pendingRevocations: pending } = opened.tables
  const due = await preparedDue(opened).execute({ now })
  for (const row of due) {
    if (until !== undefined && performance.now() > until) return
    const claimed = await opened.db
      .update(pending)
      .set({ attempts: row.attempts + 1, nextAttemptAt: now + pauseAfter(row.attempts) })
      .where(and(eq(pending.id, row.id), eq(pending.attempts, row.attempts)))
      .returning({ id: pending.id })
    if (claimed.length > 0) await retry(row, now)
  }
}

/** Read after each connect, which mostly leaves nothing to revoke. */
const preparedDue = preparedOnce(({ db, tables: { pendingRevocations: pending } }) =>
  db
    .select()
    .from(pending)
    .where(lte(pending.nextAttemptAt, sql.placeholder('now')))
    .limit(100)
    .prepare(''),
)

/** One minute, doubling up to an hour. */
function pauseAfter(attempts: number): number {
  return Math.min(60_000 * 2 ** attempts, 3_600_000)
}

async function retry(row: PendingRevocationRow, now: number): Promise<void> {
  const { grantId, userId, provider, accountId, version, tokenKind: field } = row
  try {
    const resolved = await resolveProvider(findProvider(provider))
    // Somebody may have connected the same account since: that grant is not ours to end.
    if (await isShared(resolved, { accountId })) return await settle(row, 'revocation_given_up')
    const token = open(row.token, { grantId, userId, provider, version, field })
    const outcome = await revokeToken(resolved, { token, kind: field })
    await settle(row, outcome === 'revoked' ? 'revoked_later' : 'revocation_given_up')
  } catch (cause) {
    logEvent('warn', 'revocation_failed', { provider, grantId, cause })
    if (row.expiresAt <= now) await settle(row, 'revocation_given_up')
  }
}

async function settle(row: PendingRevocationRow, type: EventType): Promise<void> {
  const { id, userId, grantId, provider } = row
  const opened = await database()
  const { grants, pendingRevocations: pending } = opened.tables
  const isFailed = and(eq(grants.id, grantId), eq(grants.revocation, 'failed'))
  await opened.atomically((tx) => [
    { query: tx.delete(pending).where(eq(pending.id, id)), expect: 1 },
    ...(type === 'revoked_later'
      ? [
          {
            query: tx.update(grants).set({ revocation: 'revoked' }).where(isFailed),
            expect: 'any' as const,
          },
        ]
      : []),
    eventStep(opened, { userId, grantId, provider, type, actor: 'system' }),
  ])
}
