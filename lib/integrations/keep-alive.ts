import { and, eq, inArray, isNotNull, isNull, lte, min, type SQL } from 'drizzle-orm'
import { database } from '#db'
import { codeOf } from '#lib/errors'
import type { ResolvedProvider } from '#lib/oauth/metadata'
import { type OfferedProvider, offeredProviders } from '#lib/providers/provider'
import { logEvent } from '#lib/telemetry'
import { inFlight, isStopping } from './flights.ts'
import { type Lease, tryLeases } from './lease.ts'
import { answeringProvider } from './provider-state.ts'
import { countedSend, giveBackUnsent, refreshUnderLease } from './refresh-lease.ts'

/**
 * Refreshes the grants whose refresh tokens would die unused. Due ones are claimed by their lease, as
 * many at a time as are worked on, so that any number of instances may do this and none is done twice.
 * @param until by `performance.now()`, after which none is begun
 * @returns how many were refreshed
 * @throws {GrantkeeperError} what kept a provider's grants from being looked at, once all had their turn
 */
export async function keepAlive(until = Number.POSITIVE_INFINITY): Promise<number> {
  const turns = await Promise.allSettled(
    offeredProviders().map((provider) => keepAliveAt(provider, until)),
  )
  for (const turn of turns) if (turn.status === 'rejected') throw turn.reason
  return turns.reduce((sum, turn) => sum + (turn.status === 'fulfilled' ? turn.value : 0), 0)
}

/**
 * When the next grant will be due, by this process's clock, or null where none is. One that is held, or
 * must wait, is left to the next round.
 */
export async function nextDueAt(): Promise<number | null> {
  const { db, tables, clock } = await database()
  const { grants } = tables
  const ids = offeredProviders().map(({ id }) => id)
  if (ids.length === 0) return null
  const [row] = await db
    .select({ due: min(grants.refreshDueAt), now: clock })
    .from(grants)
    .where(
      and(
        inArray(grants.provider, ids),
        isNotNull(grants.refreshDueAt),
        eq(grants.status, 'active'),
        isNull(grants.pausedAt),
        lte(grants.refreshNotBefore, clock),
        lte(grants.leaseUntil, clock),
      ),
    )
  if (!row || row.due === null) return null
  return Date.now() + Number(row.due) - row.now
}

/** Worked on at once at one provider: what its connections allow. */
const atOnce = 32

/** One provider that does not answer does not keep the others waiting. */
async function keepAliveAt(offered: OfferedProvider, until: number): Promise<number> {
  let count = 0
  while (performance.now() < until && !isStopping()) {
    const due = await dueAt(offered.id)
    if (due.length === 0) break
    const asked = await askable(offered)
    if (!asked) break
    // Before the claim, which counts as a send: a provider that is not found is sent nothing.
    const claimed = await claim(offered.id, asked.isProbe ? due.slice(0, 1) : due)
    const done = await Promise.all(claimed.map((lease) => keepOne(asked.provider, lease)))
    count += done.filter(Boolean).length
    if (!done.some(Boolean)) break
  }
  return count
}

/** The provider, or undefined while it is in trouble: that is no fault of ours, and is known already. */
async function askable(offered: OfferedProvider) {
  try {
    return await answeringProvider(offered)
  } catch (cause) {
    const code = codeOf(cause)
    if (code !== 'temporarily_unavailable' && code !== 'provider_misconfigured') throw cause
    logEvent('warn', 'keep_alive_stopped', { provider: offered.id, code, cause })
    return undefined
  }
}

async function dueAt(provider: string): Promise<string[]> {
  const { db, tables, clock } = await database()
  const { grants } = tables
  const due = await db
    .select({ id: grants.id })
    .from(grants)
    .where(and(await isDue(provider), lte(grants.leaseUntil, clock)))
    .orderBy(grants.refreshDueAt)
    .limit(atOnce)
  return due.map(({ id }) => id)
}

async function claim(provider: string, ids: string[]): Promise<Lease[]> {
  const { grants } = (await database()).tables
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
