import { and, eq, inArray, isNotNull, isNull, lte, min, type SQL } from 'drizzle-orm'
import { database } from '#db'
import { codeOf } from '#lib/errors'
import { type ResolvedProvider, resolveProvider } from '#lib/oauth/metadata'
import { type OfferedProvider, offeredProviders } from '#lib/providers/provider'
import { logEvent } from '#lib/telemetry'
import { inFlight, isStopping } from './flights.ts'
import { type Lease, tryLeases } from './lease.ts'
import { assertAnswering } from './provider-state.ts'
import { countedSend, giveBackUnsent, refreshUnderLease } from './refresh.ts'

/**
 * Refreshes the grants whose refresh tokens would die unused. Due ones are claimed by their lease, as
 * many at a time as are worked on, so that any number of instances may do this and none is done twice.
 * @returns how many were refreshed
 */
export async function keepAlive(): Promise<number> {
  const counts = await Promise.all(offeredProviders().map(keepAliveAt))
  return counts.reduce((sum, count) => sum + count, 0)
}

/** When the next grant will be due, by this process's clock, or null where none ever is. */
export async function nextDueAt(): Promise<number | null> {
  const { db, tables, clock } = await database()
  const { grants } = tables
  const [row] = await db
    .select({ due: min(grants.refreshDueAt), now: clock })
    .from(grants)
    .where(
      and(isNotNull(grants.refreshDueAt), eq(grants.status, 'active'), isNull(grants.pausedAt)),
    )
  if (!row || row.due === null) return null
  return Date.now() + Math.max(Number(row.due) - row.now, 0)
}

/** Worked on at once at one provider: what its connections allow. */
const atOnce = 32

/** One provider that does not answer does not keep the others waiting. */
async function keepAliveAt(offered: OfferedProvider): Promise<number> {
  let count = 0
  try {
    for (;;) {
      const due = await dueAt(offered.id)
      if (due.length === 0) return count
      // Before the claim, which counts as a send: a provider that is not found is sent nothing.
      const provider = await resolveProvider(offered)
      const claimed = await claim(offered.id, due)
      if (claimed.length === 0) return count
      const done = await Promise.all(claimed.map((lease) => keepOne(provider, lease)))
      count += done.filter(Boolean).length
      if (!done.every(Boolean)) return count
    }
  } catch (cause) {
    logEvent('warn', 'keep_alive_stopped', { provider: offered.id, code: codeOf(cause), cause })
    return count
  }
}

async function dueAt(provider: string): Promise<string[]> {
  const { db, tables } = await database()
  const { grants } = tables
  const due = await db
    .select({ id: grants.id })
    .from(grants)
    .where(await isDue(provider))
    .orderBy(grants.refreshDueAt)
    .limit(atOnce)
  return due.map(({ id }) => id)
}

async function claim(provider: string, ids: string[]): Promise<Lease[]> {
  const { grants } = (await database()).tables
  // Only now: a provider in trouble lets one through, and that one must be there.
  await assertAnswering(provider)
  return tryLeases(and(inArray(grants.id, ids), await isDue(provider)), await countedSend())
}

async function isDue(provider: string): Promise<SQL | undefined> {
  const { tables, clock } = await database()
  const { grants } = tables
  return and(
    eq(grants.provider, provider),
    lte(grants.refreshDueAt, clock),
    eq(grants.status, 'active'),
    isNull(grants.pausedAt),
    lte(grants.refreshNotBefore, clock),
    lte(grants.leaseUntil, clock),
  )
}

async function keepOne(provider: ResolvedProvider, lease: Lease): Promise<boolean> {
  try {
    if (isStopping()) {
      await giveBackUnsent(lease)
      return false
    }
    // By the lease and not the grant: another flight of this grant waits for this very lease.
    await inFlight(lease.id + lease.grant.id, () => refreshUnderLease(provider, lease))
    return true
  } catch (cause) {
    const { id: grantId } = lease.grant
    logEvent('warn', 'keep_alive_failed', {
      provider: provider.id,
      grantId,
      code: codeOf(cause),
      cause,
    })
    return false
  }
}
