import { sql } from 'drizzle-orm'
import { database } from '#db'
import { eventStep } from '#lib/audit'
import { env } from '#lib/env'
import { asErrorCode, type ErrorCode, GrantkeeperError } from '#lib/errors'
import type { RefreshOutcome } from '#lib/oauth/refresh'
import { logEvent } from '#lib/telemetry'
import { insist } from './insist.ts'
import { isHeld, type Lease } from './lease.ts'
import { noteTrouble } from './provider-state.ts'
import { eventOf } from './refresh-end.ts'

type Failure = Exclude<RefreshOutcome, { kind: 'tokens' | 'refused' }>

/**
 * The provider gave no tokens, for a reason that is not the grant's: it stays as it is, and is tried
 * again later, with growing pauses.
 * @throws {GrantkeeperError} always: `temporarily_unavailable` or `provider_misconfigured`
 */
export async function noteFailure(
  lease: Lease,
  failure: Failure,
  { isInDoubt }: { isInDoubt: boolean },
): Promise<never> {
  const { grant } = lease
  const error =
    failure.kind === 'misconfigured' ? 'provider_misconfigured' : 'temporarily_unavailable'
  const retryAfterMs = failure.kind === 'unavailable' ? failure.retryAfterMs : undefined
  const pauseMs = retryAfterMs ?? pauseAfter(grant.refreshFailures)
  const { provider, id: grantId } = grant
  logEvent('warn', 'refresh_failed', { provider, grantId, code: error, cause: failure.cause })
  await write(lease, () => giveBack(lease, { error, pauseMs, isInDoubt, unansweredSends: 0 }))
  await write(lease, () => noteTrouble(provider, { error, retryAfterMs }))
  throw new GrantkeeperError(error, { cause: failure.cause, retryAfterS: pauseMs / 1000 })
}

/** A token that no key of ours opens was sent to nobody. That is told, and tried again soon: a key can be put back. */
export async function noteUnreadable(lease: Lease): Promise<void> {
  const { inDoubtSince, unansweredSends } = lease.grant
  const failure = { error: 'credential_unreadable' as const, pauseMs: unreadablePauseMs }
  const isInDoubt = inDoubtSince !== null
  await write(lease, () =>
    giveBack(lease, { ...failure, isInDoubt, unansweredSends: unansweredSends - 1 }),
  )
}

const unreadablePauseMs = 3_000

/** What the row says of the last try, while it is too early for the next. */
export function storedFailure(error: string | null, waitMs: number): GrantkeeperError {
  const code: ErrorCode = asErrorCode(error) ?? 'temporarily_unavailable'
  return new GrantkeeperError(code, { retryAfterS: waitMs / 1000 })
}

/** What is not stored at once is insisted on as long as the lease lasts: the send has left no other trace. */
async function write({ grant }: Lease, work: () => Promise<unknown>): Promise<void> {
  await insist(work, env().LEASE_MS).catch((cause: unknown) => {
    const { provider, id: grantId } = grant
    logEvent('error', 'refresh_failure_not_stored', { provider, grantId, cause })
  })
}

type Outcome = { error: ErrorCode; pauseMs: number; isInDoubt: boolean; unansweredSends: number }

/** The first failure of a row is told to its user, once; those after it are counted. */
async function giveBack(lease: Lease, outcome: Outcome): Promise<void> {
  const { grant } = lease
  const { error, pauseMs, isInDoubt, unansweredSends } = outcome
  const opened = await database()
  const { atomically, tables, clock } = opened
  const { grants } = tables
  const isFirst = grant.refreshError !== error
  const row = {
    ...{ leaseId: null, leaseUntil: 0, unansweredSends, refreshError: error },
    refreshFailures: grant.refreshFailures + 1,
    refreshFailingSince: isFirst ? sql`${clock}` : grant.refreshFailingSince,
    refreshNotBefore: sql`${clock} + ${Math.round(pauseMs)}`,
    inDoubtSince: isInDoubt ? (grant.inDoubtSince ?? sql`${clock}`) : null,
  }
  await atomically((tx) => [
    { query: tx.update(grants).set(row).where(isHeld(grants, lease)), expect: 1 },
    ...(isFirst ? [eventStep(opened, eventOf(grant, 'refresh_failed', { code: error }))] : []),
  ])
}

/** A second, doubling up to five minutes, less up to a half by chance. */
function pauseAfter(failures: number): number {
  return Math.min(1000 * 2 ** failures, 300_000) * (0.5 + Math.random() / 2)
}
