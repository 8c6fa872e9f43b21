import { setTimeout as sleep } from 'node:timers/promises'
import { and, eq, isNull, lte, sql } from 'drizzle-orm'
import pLimit, { type LimitFunction } from 'p-limit'
import { database } from '#db'
import { env } from '#lib/env'
import { GrantkeeperError } from '#lib/errors'
import { type ResolvedProvider, resolveProvider } from '#lib/oauth/metadata'
import { refreshTokens } from '#lib/oauth/refresh'
import { oncePerProcess } from '#lib/process'
import { findProvider } from '#lib/providers/provider'
import { open } from '#lib/vault'
import { checkCanary } from '#lib/vault-canary'
import { inFlight } from './flights.ts'
import { type Lease, lastsForCall, releaseLease, tryLeases } from './lease.ts'
import { assertAnswering } from './provider-state.ts'
import { commitTokens } from './refresh-commit.ts'
import { endGrant, noteFailure, storedFailure } from './refresh-failure.ts'

/** The grant as its user last saw it: whoever finds another version has nothing to refresh. */
export type Refreshable = { grantId: string; provider: string; version: number }

/**
 * Sees to it that a grant's tokens are newer than `version`, by this process or another: one refresher
 * across processes (the lease), one flight within a process. Read the row again afterwards.
 * @throws {GrantkeeperError} `temporarily_unavailable`, `provider_misconfigured`, `credential_unreadable`,
 *   `storage_unavailable`: the grant stays as it is
 */
export function refresh(wanted: Refreshable): Promise<void> {
  return inFlight(wanted.grantId, async () => {
    const provider = await resolveProvider(findProvider(wanted.provider))
    await checkCanary()
    await limitOf(provider)(() => refreshOnce(provider, wanted))
  })
}

/**
 * Refreshes a grant whose lease is held: sends its refresh token, and writes down what came of it.
 * Nothing happens where the lease has been lost: then it is for whoever has it now.
 * @throws {GrantkeeperError} as `refresh`; the lease is given back
 */
export async function refreshUnderLease(provider: ResolvedProvider, lease: Lease): Promise<void> {
  const { grant } = lease
  // This send is counted in it: two before it left no trace, and a third would only do harm.
  if (grant.unansweredSends > maxSends) return endGrant(lease, provider, { isInDoubt: true })
  const refreshToken = await openRefreshToken(lease)
  if (!lastsForCall(lease)) return giveBackUnsent(lease)
  let outcome = await refreshTokens(provider, refreshToken)
  let isInDoubt = grant.inDoubtSince !== null || grant.unansweredSends > 1
  if (outcome.kind === 'unanswered' && grant.unansweredSends < maxSends) {
    // Nobody has the new one, if there is one: the old one is all that can still be tried.
    if (!(await noteSend(lease))) return
    isInDoubt = true
    outcome = await refreshTokens(provider, refreshToken)
  }
  if (outcome.kind === 'tokens')
    return commitTokens(lease, { provider, tokens: outcome.tokens, refreshToken })
  if (outcome.kind === 'refused') return endGrant(lease, provider, { isInDoubt })
  return noteFailure(lease, outcome, { isInDoubt })
}

/** What is written along with a lease that is taken to refresh: the send, before it is sent. */
export async function countedSend() {
  const { grants } = (await database()).tables
  return { unansweredSends: sql`${grants.unansweredSends} + 1` }
}

/** One send and one more, after which nothing was written down: by a crash, or by a silent provider. */
const maxSends = 2

/** Refreshes of one provider at once, in one process: many tokens may run out in the same minute. */
const concurrency = 16

function limitOf({ id }: ResolvedProvider): LimitFunction {
  return oncePerProcess(`refreshes at ${id}`, () => pLimit(concurrency))
}

async function refreshOnce(provider: ResolvedProvider, wanted: Refreshable): Promise<void> {
  const giveUpAt = performance.now() + env().LEASE_MS + env().TOKEN_DEADLINE_MS
  await assertRefreshable(wanted)
  await assertAnswering(provider.id)
  for (;;) {
    const [lease] = await tryLeases(await isWanted(wanted), await countedSend())
    if (lease) await refreshUnderLease(provider, lease)
    if (!(await assertRefreshable(wanted))) return
    if (performance.now() > giveUpAt)
      throw new GrantkeeperError('temporarily_unavailable', { retryAfterS: 5 })
    await sleep(40 + Math.random() * 80)
  }
}

async function isWanted({ grantId, version }: Refreshable) {
  const { tables, clock } = await database()
  const { grants } = tables
  return and(
    eq(grants.id, grantId),
    eq(grants.version, version),
    eq(grants.status, 'active'),
    isNull(grants.pausedAt),
    lte(grants.refreshNotBefore, clock),
  )
}

/**
 * Whether there is still something to refresh: false once somebody else has.
 * @throws {GrantkeeperError} while it is too early to try again
 */
async function assertRefreshable({ grantId, version }: Refreshable): Promise<boolean> {
  const { db, tables, clock } = await database()
  const { grants } = tables
  const [row] = await db
    .select({
      version: grants.version,
      status: grants.status,
      pausedAt: grants.pausedAt,
      refreshError: grants.refreshError,
      waitMs: sql<number>`${grants.refreshNotBefore} - ${clock}`.mapWith(Number),
    })
    .from(grants)
    .where(eq(grants.id, grantId))
  if (row?.version !== version || row.status !== 'active' || row.pausedAt !== null) return false
  if (row.waitMs > 0) throw storedFailure(row.refreshError, row.waitMs)
  return true
}

async function openRefreshToken(lease: Lease): Promise<string> {
  const { id: grantId, userId, provider, version, refreshToken } = lease.grant
  try {
    if (refreshToken === null) throw new GrantkeeperError('reauthorization_required')
    return open(refreshToken, { grantId, userId, provider, version, field: 'refresh_token' })
  } catch (error) {
    await giveBackUnsent(lease)
    throw error
  }
}

/** Nothing was sent under this lease. */
export function giveBackUnsent(lease: Lease): Promise<void> {
  return releaseLease(lease, { unansweredSends: lease.grant.unansweredSends - 1 })
}

/**
 * A further send under the same lease is counted before it is sent, as the first was, and given as much
 * time. False where the lease is another's by now.
 */
async function noteSend({ id, grant }: Lease): Promise<boolean> {
  const { db, tables, clock } = await database()
  const { grants } = tables
  const counted = await db
    .update(grants)
    .set({ ...(await countedSend()), leaseUntil: sql`${clock} + ${env().LEASE_MS}` })
    .where(and(eq(grants.id, grant.id), eq(grants.leaseId, id), eq(grants.version, grant.version)))
    .returning({ id: grants.id })
  return counted.length > 0
}
