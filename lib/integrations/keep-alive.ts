import {
  and,
  eq,
  inArray,
  isNotNull,
  isNull,
  lte,
  min,
  notExists,
  type SQL,
  sql,
} from 'drizzle-orm'
import pLimit, { type LimitFunction } from 'p-limit'
import { database } from '#db'
import { codeOf, GrantkeeperError } from '#lib/errors'
import type { ResolvedProvider } from '#lib/oauth/metadata'
import { type OfferedProvider, offeredProviders } from '#lib/providers/provider'
import { logEvent } from '#lib/telemetry'
import { inFlight, isStopping } from './flights.ts'
import { type Lease, tryLeases } from './lease.ts'
import { answeringProvider, endProbe, type Probe } from './provider-state.ts'
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
        await isOfSomebody(),
      ),
    )
  if (!row || row.due === null) return null
  return Date.now() + Number(row.due) - row.now
}

/** One provider that does not answer does not keep the others waiting. */
async function keepAliveAt(offered: OfferedProvider, until: number): Promise<number> {
  const round: Round = { until, count: 0, lanes: 0, isOver: false, inTurn: pLimit(1) }
  await lane(offered, round)
  if (round.failure) throw round.failure.cause
  return round.count
}

type Round = {
  until: number
  count: number
  /** Batches that are worked on at once. */
  lanes: number
  isOver: boolean
  failure?: { cause: unknown }
  /** One batch is claimed at a time: two at once would choose the same. */
  inTurn: LimitFunction
}

const batchSize = 32
/** With all their batches: what the connections to one provider allow. */
const mostLanes = 8

/**
 * Works on one batch after the other. Each of which every grant was answered opens one more lane, and one
 * of which not all were closes its own: a provider is asked for as much as it answers. A token that it
 * refuses is answered too: the dead ones do not keep the others from their turn.
 */
async function lane(offered: OfferedProvider, round: Round): Promise<void> {
  const opened: Promise<void>[] = []
  round.lanes += 1
  try {
    while (performance.now() < round.until && !isStopping() && !round.isOver) {
      const batch = await round.inTurn(() => claimDue(offered))
      const { renewed, answered } = await keepBatch(batch)
      round.count += renewed
      if (answered === 0) round.isOver = true
      else if (answered < batch.leases.length && round.lanes > 1) break
      else if (answered === batch.leases.length && round.lanes < mostLanes)
        opened.push(lane(offered, round))
    }
  } catch (cause) {
    round.failure = { cause }
    round.isOver = true
  }
  round.lanes -= 1
  await Promise.all(opened)
}

type Batch = { leases: Lease[]; provider?: ResolvedProvider; probe?: Probe | undefined }

/** What is due next; nothing where the provider may not be asked. */
async function claimDue(offered: OfferedProvider): Promise<Batch> {
  const due = await dueAt(offered.id)
  const [best] = due.toSorted((one, other) => one.failures - other.failures)
  const asked = best && (await askable(offered, { isFailing: best.failures > 0 }))
  if (!asked) return { leases: [] }
  const { provider, probe } = asked
  // After it was found, for the claim counts as a send: a provider that is not found is sent nothing.
  const wanted = probe === undefined ? due : [best]
  const ids = wanted.map(({ id }) => id)
  return { leases: await claim(offered.id, ids), provider, probe }
}

async function keepBatch({ leases, provider, probe }: Batch) {
  if (!provider) return { renewed: 0, answered: 0 }
  const done = await Promise.all(leases.map((lease) => keepOne(provider, lease)))
  await endProbe(provider.id, probe).catch(() => undefined)
  const count = (kinds: Kept[]) => done.filter((one) => kinds.includes(one)).length
  return { renewed: count(['renewed']), answered: count(['renewed', 'refused']) }
}

/** `refused`: it was answered, and not renewed. */
type Kept = 'renewed' | 'refused' | 'failed'

/** The provider, or undefined while it is in trouble: that is no fault of ours, and is known already. */
async function askable(offered: OfferedProvider, standing: { isFailing: boolean }) {
  try {
    return await answeringProvider(offered, standing)
  } catch (cause) {
    const code = codeOf(cause)
    if (code !== 'temporarily_unavailable' && code !== 'provider_misconfigured') throw cause
    logEvent('warn', 'keep_alive_stopped', { provider: offered.id, code, cause })
    return undefined
  }
}

async function dueAt(provider: string): Promise<{ id: string; failures: number }[]> {
  const { db, tables, clock } = await database()
  const { grants } = tables
  return db
    .select({ id: grants.id, failures: grants.refreshFailures })
    .from(grants)
    .where(and(await isDue(provider), lte(grants.leaseUntil, clock)))
    .orderBy(grants.refreshDueAt)
    .limit(batchSize)
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
    // Read once for the whole statement: for each row anew, Postgres would look at every row.
    lte(grants.refreshDueAt, sql`(select ${clock})`),
    eq(grants.status, 'active'),
    isNull(grants.pausedAt),
    lte(grants.refreshNotBefore, clock),
    await isOfSomebody(),
  )
}

/** Nothing is done for a user who was switched off, as nothing is for one who paused a grant. */
async function isOfSomebody(): Promise<SQL> {
  const { db, tables } = await database()
  const { grants, users } = tables
  const off = db
    .select({ one: sql`1` })
    .from(users)
    .where(and(eq(users.id, grants.userId), isNotNull(users.disabledAt)))
  return notExists(off)
}

async function keepOne(provider: ResolvedProvider, lease: Lease): Promise<Kept> {
  try {
    if (isStopping()) {
      await giveBackUnsent(lease)
      return 'failed'
    }
    // By the lease and not the grant: another flight of this grant waits for this very lease.
    await inFlight(lease.id + lease.grant.id, () => refreshUnderLease(provider, lease, 'renewals'))
    return 'renewed'
  } catch (cause) {
    const { id: grantId } = lease.grant
    logEvent('warn', 'keep_alive_failed', {
      provider: provider.id,
      grantId,
      code: codeOf(cause),
      cause,
    })
    return isRefused(cause) ? 'refused' : 'failed'
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof GrantkeeperError && error.detail.refused_since !== undefined
}
