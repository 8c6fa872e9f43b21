import { sql } from 'drizzle-orm'
import { database } from '#db'
import type { GrantRow } from '#db/schema'
import { env } from '#lib/env'
import { codeOf, GrantkeeperError } from '#lib/errors'
import type { ResolvedProvider } from '#lib/oauth/metadata'
import type { Lane } from '#lib/oauth/outbound'
import { type RefreshOutcome, refreshTokens } from '#lib/oauth/refresh'
import { open } from '#lib/vault'
import { isStopping } from './flights.ts'
import { isHeld, type Lease, lastsForCall, moment, releaseLease } from './lease.ts'
import { commitTokens, type Renewal } from './refresh-commit.ts'
import { endGrant } from './refresh-end.ts'
import { noteFailure, noteUnreadable } from './refresh-failure.ts'

/**
 * Refreshes a grant whose lease is held: sends its refresh token, and writes down what came of it.
 * Nothing happens where the lease has been lost: then it is for whoever has it now.
 * @throws {GrantkeeperError} as `refresh`; the lease is given back
 */
export async function refreshUnderLease(
  provider: ResolvedProvider,
  lease: Lease,
  lane: Lane = 'people',
): Promise<void> {
  const { grant } = lease
  if (isGivenUp(provider, grant)) return endGrant(lease, provider, { isInDoubt: true })
  const refreshToken = await openRefreshToken(lease)
  if (!lastsForCall(lease)) return giveBackUnsent(lease)
  let outcome = await refreshTokens(provider, refreshToken, { lane })
  let isInDoubt = grant.inDoubtSince !== null || grant.unansweredSends > 1 || isUnknown(outcome)
  const second = secondTry(provider, lease, outcome)
  if (second) {
    const standing = await countAgain(lease)
    if (standing === 'lost') return
    if (standing === 'ours')
      outcome = await refreshTokens(provider, refreshToken, { ...second, lane })
  }
  if (outcome.kind === 'tokens')
    return keep(lease, { provider, tokens: outcome.tokens, refreshToken })
  isInDoubt = provider.rotation !== 'none' && (isInDoubt || isUnknown(outcome))
  if (outcome.kind === 'refused')
    return endGrant(lease, provider, { isInDoubt, isReuse: outcome.isReuse === true })
  return noteFailure(lease, outcome, { provider, isInDoubt })
}

/** Whether the provider may have replaced the token that it was sent, unnoticed. */
function isUnknown({ kind }: RefreshOutcome): boolean {
  return kind === 'unanswered' || kind === 'unreadable'
}

/** A refresh token that came alone is stored, and asked for an access token later: that is a failure too. */
async function keep(lease: Lease, renewal: Renewal): Promise<void> {
  await commitTokens(lease, renewal)
  if (renewal.tokens.accessToken !== null) return
  const next = { ...lease, grant: { ...lease.grant, version: lease.grant.version + 1 } }
  const cause = new Error('a refresh token alone')
  await noteFailure(
    next,
    { kind: 'unavailable', cause },
    { provider: renewal.provider, isInDoubt: false },
  )
}

/** What is written along with a lease that is taken to refresh: the send, before it is sent. */
export async function countedSend() {
  const { grants } = (await database()).tables
  return { unansweredSends: sql`${grants.unansweredSends} + 1` }
}

/** Nothing was sent under this lease. */
export function giveBackUnsent(lease: Lease): Promise<void> {
  return releaseLease(lease, { unansweredSends: lease.grant.unansweredSends - 1 })
}

/** One send and one more, after which nothing was written down: by a crash, or by a silent provider. */
const maxSends = 2

/**
 * Whether the token is not even tried. This send is counted: two before it left no trace, and a third
 * would only do harm, but where refreshing leaves the token as it is.
 */
function isGivenUp({ rotation }: ResolvedProvider, { unansweredSends }: GrantRow): boolean {
  return unansweredSends > maxSends && rotation !== 'none'
}

/**
 * How the same token is sent a second time, if it is. After silence, since nobody has the new one, if
 * there is one: the old one is all that can still be tried; but not while this process stops, which would
 * end before it has written down what came of it, and not after an answer that cannot be read: the next
 * one would be no better at once. And without the scope, where that is what was
 * refused (RFC 6749 §6: then it is what was granted).
 */
function secondTry(
  { refresh_params }: ResolvedProvider,
  { grant }: Lease,
  outcome: RefreshOutcome,
): { withScope: boolean } | undefined {
  const isUntried = grant.unansweredSends < maxSends && !isStopping()
  if (outcome.kind === 'unanswered' && isUntried) return { withScope: true }
  const isScope = outcome.kind === 'rejected' && outcome.error === 'invalid_scope'
  return isScope && refresh_params.scope ? { withScope: false } : undefined
}

async function openRefreshToken(lease: Lease): Promise<string> {
  const { id: grantId, userId, provider, version, refreshToken } = lease.grant
  try {
    if (refreshToken === null) throw new GrantkeeperError('reauthorization_required')
    return open(refreshToken, { grantId, userId, provider, version, field: 'refresh_token' })
  } catch (error) {
    if (codeOf(error) === 'credential_unreadable') await noteUnreadable(lease)
    else await giveBackUnsent(lease)
    throw error
  }
}

/**
 * A further send under the same lease is counted before it is sent, as the first was, and given as much
 * time. `unknown`: the database did not say in time, so nothing is sent.
 */
async function countAgain(lease: Lease): Promise<'ours' | 'lost' | 'unknown'> {
  const askedAt = moment()
  try {
    const { db, tables, clock } = await database()
    const { grants } = tables
    const counted = await db
      .update(grants)
      .set({ ...(await countedSend()), leaseUntil: sql`${clock} + ${env().LEASE_MS}` })
      .where(isHeld(grants, lease))
      .returning({ id: grants.id })
    if (counted.length === 0) return 'lost'
    return lastsForCall({ askedAt }) ? 'ours' : 'unknown'
  } catch {
    return 'unknown'
  }
}
