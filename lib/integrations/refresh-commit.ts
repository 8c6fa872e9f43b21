import { setTimeout as sleep } from 'node:timers/promises'
import { and, eq, lte, or, type SQL, sql } from 'drizzle-orm'
import { type Database, database } from '#db'
import type { Step } from '#db/atomically'
import type { GrantRow } from '#db/schema'
import { type Event, type EventType, eventQuery } from '#lib/audit'
import { env } from '#lib/env'
import type { ResolvedProvider } from '#lib/oauth/metadata'
import { revokeReceived } from '#lib/oauth/token'
import type { Tokens } from '#lib/oauth/token-response'
import { logEvent } from '#lib/telemetry'
import { seal } from '#lib/vault'
import { untroubled } from './grant.ts'
import type { Lease } from './lease.ts'
import { lifetimesOf } from './lifetimes.ts'
import { noteAnswer } from './provider-state.ts'
import { isShared } from './revocation.ts'

/** What a refresh brought, and the refresh token that it was asked with. */
export type Renewal = { provider: ResolvedProvider; tokens: Tokens; refreshToken: string }

/**
 * Stores what a refresh brought, fenced by lease and version: whoever lost the lease meanwhile writes
 * nothing. While the database does not take it, it is tried again and the lease prolonged, since these
 * tokens may be the only good ones.
 * @throws {GrantkeeperError} `storage_unavailable` after five minutes
 */
export async function commitTokens(lease: Lease, renewal: Renewal): Promise<void> {
  const giveUpAt = performance.now() + patienceMs
  for (let pause = 50; ; pause = Math.min(pause * 2, 2000)) {
    try {
      if (await store(lease, renewal)) return await noteAnswer(renewal.provider.id)
      return await settleMiss(lease, renewal)
    } catch (cause) {
      const { id: grantId, provider } = lease.grant
      logEvent('error', 'refresh_not_stored', { grantId, provider, cause })
      if (performance.now() > giveUpAt) throw cause
      await prolong(lease).catch(() => undefined)
      await sleep(pause)
    }
  }
}

/** Longer than a database takes to restart or to fail over. */
const patienceMs = 300_000

async function store(lease: Lease, renewal: Renewal, guard?: SQL): Promise<boolean> {
  const { grant } = lease
  const opened = await database()
  const { atomically, tables } = opened
  const { grants } = tables
  const row = renewed(opened, grant, renewal)
  const isOurs = and(
    eq(grants.id, grant.id),
    eq(grants.version, grant.version),
    guard ?? and(eq(grants.leaseId, lease.id), eq(grants.status, 'active')),
  )
  const event = (type: EventType, detail: Record<string, string> = {}): Step => {
    const { id: grantId, userId, provider } = grant
    const told: Event = { userId, grantId, provider, type, actor: 'system', detail }
    return { query: eventQuery(opened.db, tables, told), expect: 1 }
  }
  return atomically((tx) => [
    { query: tx.update(grants).set(row).where(isOurs), expect: 1 },
    event('refreshed'),
    ...(row.scope === grant.scope ? [] : [event('scope_changed', { scope: row.scope })]),
  ])
}

/** The row with new tokens, sealed to its next version. A token that was not replaced is sealed anew. */
function renewed(opened: Database, grant: GrantRow, { provider, tokens, refreshToken }: Renewal) {
  const version = grant.version + 1
  const context = { grantId: grant.id, userId: grant.userId, provider: grant.provider, version }
  const kept = tokens.refreshToken ?? refreshToken
  const isKept = kept === refreshToken && tokens.refreshTokenExpiresAt === null
  return {
    status: 'active' as const,
    reason: null,
    ...untroubled,
    ...lifetimesOf(opened, provider, { ...tokens, refreshToken: kept }),
    ...(isKept ? { refreshTokenExpiresAt: grant.refreshTokenExpiresAt } : {}),
    version,
    accessToken: seal(tokens.accessToken, { ...context, field: 'access_token' as const }),
    refreshToken: seal(kept, { ...context, field: 'refresh_token' as const }),
    scope: tokens.scope?.join(' ') ?? grant.scope,
    leaseId: null,
    leaseUntil: 0,
    lastRefreshedAt: sql<number>`${opened.clock}`,
    updatedAt: Date.now(),
  }
}

/**
 * The row is no longer as it was. Our own write whose answer was lost is good, and what others renewed
 * is theirs. A grant that its user has ended must not leave a live token behind. And where the version is
 * still the one that we had, nobody has anything better: others tried meanwhile, since we were taken for
 * dead, and got nothing, or gave it up as lost.
 */
async function settleMiss(lease: Lease, renewal: Renewal): Promise<void> {
  const { grant } = lease
  const row = await otherHolderDone(lease)
  if (row && row.status !== 'disconnected') {
    if (row.version === grant.version) await store(lease, renewal, await isUnclaimed())
    return
  }
  const { accountId } = grant
  if (await isShared(renewal.provider, { accountId, except: grant.id })) return
  await revokeReceived(renewal.provider, renewal.tokens)
}

async function isUnclaimed(): Promise<SQL | undefined> {
  const { tables, clock } = await database()
  const { grants } = tables
  return or(
    and(eq(grants.status, 'active'), lte(grants.leaseUntil, clock)),
    and(eq(grants.status, 'reauthorization_required'), eq(grants.reason, 'lost_rotation')),
  )
}

/** The row, once nobody else is at work on the version that we had. */
async function otherHolderDone({ grant }: Lease) {
  const { db, tables, clock } = await database()
  const { grants } = tables
  const look = db
    .select({
      status: grants.status,
      version: grants.version,
      isHeld: sql<number>`case when ${grants.leaseUntil} > ${clock} then 1 else 0 end`.mapWith(
        Number,
      ),
    })
    .from(grants)
    .where(eq(grants.id, grant.id))
  const giveUpAt = performance.now() + 2 * env().LEASE_MS
  for (;;) {
    const [row] = await look
    const isOpen = row?.status === 'active' && row.version === grant.version && row.isHeld === 1
    if (!isOpen || performance.now() > giveUpAt) return row
    await sleep(100)
  }
}

async function prolong({ id, grant }: Lease): Promise<void> {
  const { db, tables, clock } = await database()
  const { grants } = tables
  await db
    .update(grants)
    .set({ leaseUntil: sql`${clock} + ${env().LEASE_MS}` })
    .where(and(eq(grants.id, grant.id), eq(grants.leaseId, id)))
}
