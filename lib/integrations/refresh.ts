import { setTimeout as sleep } from 'node:timers/promises'
import { and, eq, isNull, lte, sql } from 'drizzle-orm'
import pLimit, { type LimitFunction } from 'p-limit'
import { database } from '#db'
import { env } from '#lib/env'
import { GrantkeeperError } from '#lib/errors'
import type { ResolvedProvider } from '#lib/oauth/metadata'
import { oncePerProcess } from '#lib/process'
import { findProvider } from '#lib/providers/provider'
import { checkCanary } from '#lib/vault-canary'
import { inFlight, isStopping } from './flights.ts'
import { tryLeases } from './lease.ts'
import { answeringProvider, endProbe } from './provider-state.ts'
import { storedFailure } from './refresh-failure.ts'
import { countedSend, refreshUnderLease } from './refresh-lease.ts'

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
    const standing = await standingOf(wanted)
    if (!standing) return
    await checkCanary()
    const { provider, probe } = await answeringProvider(findProvider(wanted.provider), standing)
    try {
      await limitOf(provider)(() => refreshOnce(provider, wanted))
    } finally {
      await endProbe(provider.id, probe).catch(() => undefined)
    }
  })
}

/** Refreshes of one provider at once, in one process: many tokens may run out in the same minute. */
const concurrency = 16

function limitOf({ id }: ResolvedProvider): LimitFunction {
  return oncePerProcess(`refreshes at ${id}`, () => pLimit(concurrency))
}

async function refreshOnce(provider: ResolvedProvider, wanted: Refreshable): Promise<void> {
  const giveUpAt = performance.now() + env().LEASE_MS + env().TOKEN_DEADLINE_MS
  for (;;) {
    if (isStopping()) throw new GrantkeeperError('temporarily_unavailable', { retryAfterS: 1 })
    const [lease] = await tryLeases(await isWanted(wanted), await countedSend())
    if (lease) await refreshUnderLease(provider, lease)
    if (!(await standingOf(wanted))) return
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
 * How a grant that has yet to be refreshed stands; undefined once somebody else has done it.
 * @throws {GrantkeeperError} while it is too early to try again
 */
async function standingOf({
  grantId,
  version,
}: Refreshable): Promise<{ isFailing: boolean } | undefined> {
  const { db, tables, clock } = await database()
  const { grants } = tables
  const [row] = await db
    .select({
      id: grants.id,
      version: grants.version,
      status: grants.status,
      pausedAt: grants.pausedAt,
      refreshError: grants.refreshError,
      refusedSince: grants.refusedSince,
      failures: grants.refreshFailures,
      waitMs: sql<number>`${grants.refreshNotBefore} - ${clock}`.mapWith(Number),
    })
    .from(grants)
    .where(eq(grants.id, grantId))
  if (row?.version !== version || row.status !== 'active' || row.pausedAt !== null) return undefined
  if (row.waitMs > 0) throw storedFailure(row, row.waitMs)
  return { isFailing: row.failures > 0 }
}
