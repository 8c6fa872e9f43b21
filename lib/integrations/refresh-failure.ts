import { sql } from 'drizzle-orm'
import { database } from '#db'
import type { GrantRow } from '#db/schema'
import { eventStep } from '#lib/audit'
import { env } from '#lib/env'
import { asErrorCode, type ErrorCode, GrantkeeperError } from '#lib/errors'
import type { ResolvedProvider } from '#lib/oauth/metadata'
import type { RefreshOutcome } from '#lib/oauth/refresh'
import { logEvent } from '#lib/telemetry'
import { insist } from './insist.ts'
import { isHeld, type Lease } from './lease.ts'
import { noteAnswer, noteReached } from './provider-answers.ts'
import { noteTrouble, type Trouble } from './provider-state.ts'
import { endGrant, eventOf } from './refresh-end.ts'
import { type Finding, judge } from './refused-token.ts'

type Failure = Exclude<RefreshOutcome, { kind: 'tokens' | 'refused' }>
type Doubted = Extract<Failure, { kind: 'rejected' | 'misconfigured' }>
type Facts = { provider: ResolvedProvider; isInDoubt: boolean }

/**
 * The provider gave no tokens, and did not say for certain that the grant is over. What it says of this one
 * token is held against this grant; what cannot be a grant's, against the provider. Either way it is tried
 * again later, with growing pauses, unless there is evidence that the token is dead.
 * @throws {GrantkeeperError} unless the grant has ended: `temporarily_unavailable` or `provider_misconfigured`
 */
export async function noteFailure(lease: Lease, failure: Failure, facts: Facts): Promise<void> {
  if (failure.kind !== 'rejected' && failure.kind !== 'misconfigured')
    return noteSilence(lease, failure, facts)
  const { provider, isInDoubt } = facts
  const finding = await judge(lease, provider, failure).catch(unjudged)
  if (finding.verdict === 'provider') return noteProviders(lease, failure, facts)
  if (finding.verdict !== 'open') {
    const isReuse = failure.kind === 'rejected' && failure.isReuse
    const known = finding.verdict === 'evident' ? { reason: 'refused' as const } : {}
    return endGrant(lease, provider, { isInDoubt, isReuse, ...known })
  }
  return noteRefused(lease, failure, { ...facts, isWell: finding.client === 'good' })
}

/** Where the records are away nothing can be told of others: it stays this grant's. */
function unjudged(): Finding {
  return { verdict: 'open', client: 'unasked' }
}

/** No answer, or none that says anything of the token. */
async function noteSilence(
  lease: Lease,
  failure: Exclude<Failure, Doubted>,
  { isInDoubt }: Facts,
): Promise<never> {
  const { refreshFailures } = lease.grant
  const retryAfterMs = failure.kind === 'unavailable' ? failure.retryAfterMs : undefined
  const outcome = {
    error: 'temporarily_unavailable' as const,
    pauseMs: retryAfterMs ?? pauseAfter(refreshFailures),
    ...{ isInDoubt, unansweredSends: 0 },
  }
  const trouble = { error: outcome.error, retryAfterMs, isRepeated: refreshFailures > 0 }
  return fail(lease, outcome, { cause: failure.cause, trouble })
}

/** Our client is refused, or the address is wrong: that is an administrator's matter, and all grants'. */
async function noteProviders(lease: Lease, failure: Doubted, { isInDoubt }: Facts): Promise<never> {
  const error = 'provider_misconfigured' as const
  const pauseMs = pauseAfter(lease.grant.refreshFailures)
  const outcome = { error, pauseMs, isInDoubt, unansweredSends: 0 }
  return fail(lease, outcome, { cause: failure.cause, trouble: { error } })
}

/** Its user may wait, since we keep trying, or reconnect: either may help. */
async function noteRefused(
  lease: Lease,
  failure: Doubted,
  { provider, isInDoubt, isWell }: Facts & { isWell: boolean },
): Promise<never> {
  const { grant, takenAt } = lease
  const isPage = failure.kind === 'misconfigured' && failure.isPage === true
  const outcome = {
    error: 'temporarily_unavailable' as const,
    pauseMs: pauseAfter(grant.refreshFailures, longestRefusedMs),
    ...{ isInDoubt, unansweredSends: 0, isRefusal: !isPage },
  }
  if (isWell) await write(lease, () => noteAnswer(provider.id))
  else if (!isPage) await write(lease, () => noteReached(provider.id))
  const detail = isPage ? {} : refusedDetail(grant.id, grant.refusedSince ?? takenAt)
  return fail(lease, outcome, { cause: failure.cause, detail })
}

async function fail(
  lease: Lease,
  outcome: Outcome,
  told: { cause: unknown; trouble?: Trouble; detail?: Record<string, unknown> },
): Promise<never> {
  const { provider, id: grantId } = lease.grant
  const { error, pauseMs, isRefusal = false } = outcome
  const { cause, trouble, detail = {} } = told
  logEvent('warn', 'refresh_failed', {
    provider,
    grantId,
    code: error,
    cause,
    ...(isRefusal ? { outcome: 'refused' } : {}),
  })
  await write(lease, () => giveBack(lease, outcome))
  if (trouble) await write(lease, () => noteTrouble(provider, trouble))
  throw new GrantkeeperError(error, { cause, retryAfterS: pauseMs / 1000, detail })
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

type LastTry = Pick<GrantRow, 'id' | 'refreshError' | 'refusedSince'>

/** What the row says of the last try, while it is too early for the next. */
export function storedFailure(row: LastTry, waitMs: number): GrantkeeperError {
  const code: ErrorCode = asErrorCode(row.refreshError) ?? 'temporarily_unavailable'
  const isRefused = code === 'temporarily_unavailable' && row.refusedSince !== null
  const detail = isRefused ? refusedDetail(row.id, row.refusedSince ?? 0) : {}
  return new GrantkeeperError(code, { retryAfterS: waitMs / 1000, detail })
}

/** By which the one who asks can tell a refused grant from a provider that is away. */
function refusedDetail(grant: string, since: number): Record<string, unknown> {
  return { grant, refused_since: new Date(since).toISOString() }
}

/** What is not stored at once is insisted on as long as the lease lasts: the send has left no other trace. */
async function write({ grant }: Lease, work: () => Promise<unknown>): Promise<void> {
  await insist(work, env().LEASE_MS).catch((cause: unknown) => {
    const { provider, id: grantId } = grant
    logEvent('error', 'refresh_failure_not_stored', { provider, grantId, cause })
  })
}

type Outcome = {
  error: Trouble['error'] | 'credential_unreadable'
  pauseMs: number
  isInDoubt: boolean
  unansweredSends: number
  /** A definite answer to this token. */
  isRefusal?: boolean
}

/** The first failure of a row is told to its user, once; those after it are counted. */
async function giveBack(lease: Lease, outcome: Outcome): Promise<void> {
  const { grant } = lease
  const { error, pauseMs, isInDoubt, unansweredSends, isRefusal = false } = outcome
  const opened = await database()
  const { atomically, tables, clock } = opened
  const { grants } = tables
  const isFirst = grant.refreshError !== error
  const row = {
    ...{ leaseId: null, leaseUntil: 0, unansweredSends, refreshError: error },
    refreshFailures: grant.refreshFailures + 1,
    refreshFailingSince: isFirst ? sql`${clock}` : grant.refreshFailingSince,
    refreshNotBefore: sql`${clock} + ${Math.round(pauseMs)}`,
    ...(isRefusal && {
      refusedSince: grant.refusedSince ?? sql`${clock}`,
      refusedAt: sql`${clock}`,
      refusals: grant.refusals + 1,
    }),
    inDoubtSince: isInDoubt ? (grant.inDoubtSince ?? sql`${clock}`) : null,
  }
  await atomically((tx) => [
    { query: tx.update(grants).set(row).where(isHeld(grants, lease)), expect: 1 },
    ...(isFirst ? [eventStep(opened, eventOf(grant, 'refresh_failed', { code: error }))] : []),
  ])
}

/** A second, doubling up to five minutes, less up to a half by chance. */
function pauseAfter(failures: number, longestMs = 300_000): number {
  return Math.min(1000 * 2 ** failures, longestMs) * (0.5 + Math.random() / 2)
}

/** A token that is refused every few minutes for days looks like an attack. */
const longestRefusedMs = 1_800_000
