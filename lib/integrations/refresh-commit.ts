import { setTimeout as sleep } from 'node:timers/promises'
import { and, eq, lte, or, type SQL, sql } from 'drizzle-orm'
import { database } from '#db'
import { fillable, matching, placeholders, preparedOnce } from '#db/prepared'
import type { GrantRow, Tables } from '#db/schema'
import { type EventType, eventStep } from '#lib/audit'
import { env } from '#lib/env'
import type { ResolvedProvider } from '#lib/oauth/metadata'
import { withOfflineAccess } from '#lib/oauth/scope'
import { revokeReceived } from '#lib/oauth/token'
import type { Renewed } from '#lib/oauth/token-response'
import { logEvent } from '#lib/telemetry'
import { open, seal } from '#lib/vault'
import { untroubled } from './grant-writes.ts'
import type { Lease } from './lease.ts'
import { lastLifeMs, lifetimeColumns, lifetimesOf } from './lifetimes.ts'
import { noteTokens } from './provider-answers.ts'
import { eventOf } from './refresh-end.ts'
import { isShared } from './revocation.ts'

/** What a refresh brought, and the refresh token that it was asked with. */
export type Renewal = { provider: ResolvedProvider; tokens: Renewed; refreshToken: string }

/**
 * Stores what a refresh brought, fenced by lease and version: whoever lost the lease meanwhile writes
 * nothing. While the database does not take it, it is tried again and the lease prolonged, since these
 * tokens may be the only good ones.
 * @throws {GrantkeeperError} `storage_unavailable` after five minutes
 */
export async function commitTokens(lease: Lease, renewal: Renewal): Promise<void> {
  const giveUpAt = performance.now() + patienceMs
  // Never so long that the lease could end between two tries, each of which prolongs it.
  const longestPause = Math.min(2000, env().LEASE_MS / 4)
  for (let pause = 50; ; pause = Math.min(pause * 2, longestPause)) {
    try {
      if (await store(lease, renewal)) return await noteTokens(renewal.provider)
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
  const { accessToken } = renewal.tokens
  if (accessToken === null) return storeRotated(lease, renewal, under)
  const opened = await database()
  const row = renewed(grant, renewal, accessToken)
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
function renewed(
  grant: GrantRow,
  { provider, tokens, refreshToken }: Renewal,
  accessToken: string,
) {
  const version = grant.version + 1
  const context = contextOf(grant, version)
  const kept = tokens.refreshToken ?? refreshToken
  const asked = { asked: grant.requestedScope.split(' '), hasRefreshToken: true }
  return {
    version,
    ...lifetimesOf(provider, { ...tokens, refreshToken: kept }, lastLifeMs(grant)),
    isKept: kept === refreshToken && tokens.refreshTokenExpiresAt === null ? 1 : 0,
    accessToken: seal(accessToken, { ...context, field: 'access_token' as const }),
    refreshToken: seal(kept, { ...context, field: 'refresh_token' as const }),
    scope: tokens.scope ? withOfflineAccess(tokens.scope, asked).join(' ') : grant.scope,
    updatedAt: Date.now(),
  }
}

/**
 * Stores a new refresh token that came without an access token that can be used. The access token stays as
 * it was, sealed to the next version. The lease stays too: under it the failure is still to be noted.
 */
async function storeRotated(lease: Lease, renewal: Renewal, under: Claim): Promise<boolean> {
  const { grant } = lease
  const { provider, tokens, refreshToken } = renewal
  const { db, tables, clock } = await database()
  const { grants } = tables
  const version = grant.version + 1
  const { refreshTokenLivesMs, refreshDueInMs } = lifetimesOf(provider, tokens)
  const after = (ms: number | null) => (ms === null ? null : sql`${clock} + ${ms}`)
  const row = {
    ...{ version, status: 'active' as const, reason: null, unansweredSends: 0, inDoubtSince: null },
    accessToken: movedTo(version, grant),
    refreshToken: seal(tokens.refreshToken ?? refreshToken, {
      ...contextOf(grant, version),
      field: 'refresh_token',
    }),
    refreshTokenExpiresAt: after(refreshTokenLivesMs),
    refreshDueAt: after(refreshDueInMs),
    updatedAt: Date.now(),
  }
  const isRight = under === 'ours' ? isOurs(grants, lease.id) : isUnclaimed(grants, clock)
  const stored = await db
    .update(grants)
    .set(row)
    .where(and(eq(grants.id, grant.id), eq(grants.version, grant.version), isRight))
    .returning({ id: grants.id })
  return stored.length > 0
}

/** The access token that a row has, sealed to another version of it; null where it cannot be opened. */
function movedTo(version: number, grant: GrantRow): string | null {
  if (grant.accessToken === null) return null
  try {
    const field = 'access_token'
    const plain = open(grant.accessToken, { ...contextOf(grant, grant.version), field })
    return seal(plain, { ...contextOf(grant, version), field })
  } catch {
    return null
  }
}

function contextOf({ id: grantId, userId, provider }: GrantRow, version: number) {
  return { grantId, userId, provider, version }
}

function isOurs({ leaseId, status }: Tables['grants'], lease: string): SQL | undefined {
  return and(eq(leaseId, lease), eq(status, 'active'))
}

/** Nobody is at work on it, or it was given up as lost. */
function isUnclaimed(
  { status, reason, leaseUntil }: Tables['grants'],
  clock: SQL,
): SQL | undefined {
  const isFree = and(eq(status, 'active'), lte(leaseUntil, clock))
  return or(isFree, and(eq(status, 'reauthorization_required'), eq(reason, 'lost_rotation')))
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
    unclaimed: write(isUnclaimed(grants, clock)),
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
