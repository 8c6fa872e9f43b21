import { setTimeout as sleep } from 'node:timers/promises'
import { and, eq, lte, or, type SQL, sql } from 'drizzle-orm'
import { database } from '#db'
import { fillable, matching, placeholders, preparedOnce } from '#db/prepared'
import type { GrantRow } from '#db/schema'
import { type EventType, eventStep } from '#lib/audit'
import { env } from '#lib/env'
import type { ResolvedProvider } from '#lib/oauth/metadata'
import { revokeReceived } from '#lib/oauth/token'
import type { Tokens } from '#lib/oauth/token-response'
import { logEvent } from '#lib/telemetry'
import { seal } from '#lib/vault'
import { untroubled } from './grant-writes.ts'
import type { Lease } from './lease.ts'
import { lifetimeColumns, lifetimesOf } from './lifetimes.ts'
import { noteAnswer } from './provider-state.ts'
import { eventOf } from './refresh-end.ts'
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

/** @param under what makes it right to write: the lease, or that nobody else has anything better */
async function store(lease: Lease, renewal: Renewal, under: Claim = 'ours'): Promise<boolean> {
  const { grant } = lease
  const opened = await database()
  const row = renewed(grant, renewal)
  const event = (type: EventType, detail: Record<string, string> = {}) =>
    eventStep(opened, eventOf(grant, type, detail))
  const write = renewals(opened)[under]
  return opened.atomically(() => [
    { query: write({ ...row, id: grant.id, leaseId: lease.id, before: grant.version }), expect: 1 },
    event('refreshed'),
    ...(row.scope === grant.scope ? [] : [event('scope_changed', { scope: row.scope })]),
  ])
}

type Claim = 'ours' | 'unclaimed'

/** What is new of the row: tokens, sealed to its next version. One that was not replaced is sealed anew. */
function renewed(grant: GrantRow, { provider, tokens, refreshToken }: Renewal) {
  const version = grant.version + 1
  const context = { grantId: grant.id, userId: grant.userId, provider: grant.provider, version }
  const kept = tokens.refreshToken ?? refreshToken
  return {
    version,
    ...lifetimesOf(provider, { ...tokens, refreshToken: kept }),
    isKept: kept === refreshToken && tokens.refreshTokenExpiresAt === null ? 1 : 0,
    accessToken: seal(tokens.accessToken, { ...context, field: 'access_token' as const }),
    refreshToken: seal(kept, { ...context, field: 'refresh_token' as const }),
    scope: tokens.scope?.join(' ') ?? grant.scope,
    updatedAt: Date.now(),
  }
}

type Write = ReturnType<typeof renewed> & { id: string; leaseId: string; before: number }

/** Written for every renewal, fenced by the version that was found. */
const renewals = preparedOnce(({ db, tables: { grants }, clock }) => {
  const { refreshTokenExpiresAt, ...untilColumns } = lifetimeColumns({ clock })
  const row = {
    ...{ status: 'active' as const, reason: null, ...untroubled, leaseId: null, leaseUntil: 0 },
    ...placeholders(['version', 'accessToken', 'refreshToken', 'scope', 'updatedAt']),
    ...untilColumns,
    // A token that stays dies when it would have.
    refreshTokenExpiresAt: sql`case when ${sql.placeholder('isKept')} = 1 then ${grants.refreshTokenExpiresAt} else ${refreshTokenExpiresAt} end`,
    lastRefreshedAt: clock,
  }
  const { id, version: before, leaseId } = grants
  const isAsFound = matching({ id, before })
  const write = (isRight: SQL | undefined) =>
    fillable<Write>(db.update(grants).set(row).where(and(isAsFound, isRight)))
  return {
    ours: write(and(matching({ leaseId }), eq(grants.status, 'active'))),
    unclaimed: write(
      or(
        and(eq(grants.status, 'active'), lte(grants.leaseUntil, clock)),
        and(eq(grants.status, 'reauthorization_required'), eq(grants.reason, 'lost_rotation')),
      ),
    ),
  } satisfies Record<Claim, unknown>
})

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
    if (row.version === grant.version) await store(lease, renewal, 'unclaimed')
    return
  }
  const { accountId } = grant
  if (await isShared(renewal.provider, { accountId, except: grant.id })) return
  await revokeReceived(renewal.provider, renewal.tokens)
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
