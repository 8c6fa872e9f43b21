import { and, eq, sql } from 'drizzle-orm'
import { database } from '#db'
import type { Step } from '#db/atomically'
import type { GrantRow } from '#db/schema'
import { type EventType, eventQuery } from '#lib/audit'
import { asErrorCode, type ErrorCode, GrantkeeperError } from '#lib/errors'
import type { ResolvedProvider } from '#lib/oauth/metadata'
import type { RefreshOutcome } from '#lib/oauth/refresh'
import { logEvent } from '#lib/telemetry'
import type { Lease } from './lease.ts'
import { noteTrouble } from './provider-state.ts'

type Failure = Extract<RefreshOutcome, { kind: 'misconfigured' | 'unavailable' | 'unanswered' }>

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
  try {
    await noteTrouble(provider, { error, retryAfterMs })
    await giveBack(lease, { error, pauseMs, isInDoubt })
  } catch (cause) {
    // The lease ends by itself, and the send stays counted as one without an answer.
    logEvent('error', 'refresh_failure_not_stored', { provider, grantId, cause })
  }
  throw new GrantkeeperError(error, { cause: failure.cause, retryAfterS: pauseMs / 1000 })
}

/** What the row says of the last try, while it is too early for the next. */
export function storedFailure(error: string | null, waitMs: number): GrantkeeperError {
  const code: ErrorCode = asErrorCode(error) ?? 'temporarily_unavailable'
  return new GrantkeeperError(code, { retryAfterS: waitMs / 1000 })
}

/**
 * The provider has said that this refresh token is no longer good. Only its user can help now. Fenced:
 * whoever was faster has the better token, and nothing is ended.
 */
export async function endGrant(
  lease: Lease,
  provider: ResolvedProvider,
  { isInDoubt }: { isInDoubt: boolean },
): Promise<void> {
  const { grant } = lease
  const reason = isInDoubt ? 'lost_rotation' : reasonOf(grant, provider, lease.takenAt)
  const { atomically, tables } = await database()
  const { grants } = tables
  const ended = {
    ...{ status: 'reauthorization_required' as const, reason, leaseId: null, leaseUntil: 0 },
    ...{ refreshDueAt: null, unansweredSends: 0, updatedAt: Date.now() },
  }
  await atomically((tx) => [
    { query: tx.update(grants).set(ended).where(isHeld(grants, lease)), expect: 1 },
    {
      query: eventQuery(tx, tables, eventOf(grant, 'reauthorization_required', { reason })),
      expect: 1,
    },
    ...(reason === 'possible_reuse'
      ? [
          {
            query: eventQuery(tx, tables, eventOf(grant, 'security', { reason })),
            expect: 1,
          } as Step,
        ]
      : []),
  ])
  const { provider: id, id: grantId } = grant
  logEvent('warn', 'reauthorization_required', { provider: id, grantId, outcome: reason })
}

/**
 * A refresh token that has just been renewed and is refused was ended by somebody: its user, at the
 * provider, or a provider that has seen an older one used again (RFC 9700 §4.14.2).
 */
function reasonOf(
  { lastRefreshedAt }: GrantRow,
  { rotation }: ResolvedProvider,
  now: number,
): string {
  const isRecent = lastRefreshedAt !== null && now - lastRefreshedAt < 60_000
  return isRecent && rotation !== 'none' ? 'possible_reuse' : 'invalid_grant'
}

type Outcome = { error: ErrorCode; pauseMs: number; isInDoubt: boolean }

/** The first failure of a row is told to its user, once; those after it are counted. */
async function giveBack(lease: Lease, { error, pauseMs, isInDoubt }: Outcome): Promise<void> {
  const { grant } = lease
  const { atomically, tables, clock } = await database()
  const { grants } = tables
  const isFirst = grant.refreshError !== error
  const row = {
    ...{ leaseId: null, leaseUntil: 0, unansweredSends: 0, refreshError: error },
    refreshFailures: grant.refreshFailures + 1,
    refreshFailingSince: isFirst ? sql`${clock}` : grant.refreshFailingSince,
    refreshNotBefore: sql`${clock} + ${Math.round(pauseMs)}`,
    inDoubtSince: isInDoubt ? (grant.inDoubtSince ?? sql`${clock}`) : null,
  }
  await atomically((tx) => [
    { query: tx.update(grants).set(row).where(isHeld(grants, lease)), expect: 1 },
    ...(isFirst
      ? [
          {
            query: eventQuery(tx, tables, eventOf(grant, 'refresh_failed', { code: error })),
            expect: 1,
          } as Step,
        ]
      : []),
  ])
}

function isHeld(
  grants: Awaited<ReturnType<typeof database>>['tables']['grants'],
  { id, grant }: Lease,
) {
  return and(eq(grants.id, grant.id), eq(grants.leaseId, id), eq(grants.version, grant.version))
}

function eventOf(
  { userId, id: grantId, provider }: GrantRow,
  type: EventType,
  detail: Record<string, string>,
) {
  return { userId, grantId, provider, type, actor: 'system' as const, detail }
}

/** A second, doubling up to five minutes, less up to a half by chance. */
function pauseAfter(failures: number): number {
  return Math.min(1000 * 2 ** failures, 300_000) * (0.5 + Math.random() / 2)
}
