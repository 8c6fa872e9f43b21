import { and, eq } from 'drizzle-orm'
import { database } from '#db'
import type { GrantRow } from '#db/schema'
import { eventStep } from '#lib/audit'
import { GrantkeeperError } from '#lib/errors'
import { type ResolvedProvider, resolveProvider } from '#lib/oauth/metadata'
import { refreshTokens } from '#lib/oauth/refresh'
import { revokeToken } from '#lib/oauth/token'
import { findProvider } from '#lib/providers/provider'
import type { User } from '#lib/session'
import { logEvent } from '#lib/telemetry'
import { open, seal } from '#lib/vault'
import { findLivingGrant } from './grant.ts'
import { type Lease, lastsForCall, takeLease } from './lease.ts'
import { isShared, pendingRevocation, tokenToRevoke } from './revocation.ts'

/** What became of the grant at the provider. The user is disconnected here in any case. */
export type Revocation = 'revoked' | 'unsupported' | 'failed'

/**
 * Disconnects a grant: revokes it at the provider (RFC 7009), then wipes the tokens. Where the
 * provider does not confirm, the sealed token waits in `pending_revocations`. The row stays as a
 * tombstone; connecting again makes a new grant.
 * @param user only by its row: `switch-off` has no session to prove one
 * @param actor who ends it: the user, or an administrator in their place
 * @throws {GrantkeeperError} `not_connected`, `temporarily_unavailable`, `storage_unavailable`
 */
export async function disconnect(
  user: Pick<User, 'id'>,
  grantId: string,
  actor: 'user' | 'system' = 'user',
): Promise<Revocation> {
  const provider = await reachableProvider(await findLivingGrant(user, grantId))
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const lease = await takeLease(user, grantId)
    const { outcome, grant } = await revokeAtProvider(lease, provider)
    if (await bury({ ...lease, grant }, { revocation: outcome, provider, actor })) return outcome
    // A reconnect came between: what it brought is disconnected too, since the user asked for that.
  }
  throw new GrantkeeperError('temporarily_unavailable')
}

/**
 * The provider with its endpoints, found out before the lease is taken: a lease is as long as two
 * calls. It may have lost its client since, or be away; its grants can be disconnected all the same.
 */
async function reachableProvider(
  grant: { provider: string } | undefined,
): Promise<ResolvedProvider | undefined> {
  if (!grant) throw new GrantkeeperError('not_connected')
  try {
    return await resolveProvider(findProvider(grant.provider))
  } catch (cause) {
    logEvent('warn', 'provider_unresolved', { provider: grant.provider, cause })
    return undefined
  }
}

async function revokeAtProvider(
  lease: Lease,
  provider: ResolvedProvider | undefined,
): Promise<{ outcome: Revocation; grant: GrantRow }> {
  let { grant } = lease
  const doomed = tokenToRevoke(grant, provider)
  if (!doomed) return { outcome: 'unsupported', grant }
  if (!provider) return { outcome: 'failed', grant }
  try {
    if (await isShared(provider, { accountId: grant.accountId, except: grant.id }))
      return { outcome: 'unsupported', grant }
    const living = await openLiving(lease, provider, doomed)
    if (living === undefined) return { outcome: 'revoked', grant }
    grant = living.grant
    return {
      outcome: await revokeToken(provider, { token: living.token, kind: doomed.kind }),
      grant,
    }
  } catch (cause) {
    logEvent('warn', 'revocation_failed', { provider: grant.provider, grantId: grant.id, cause })
    return { outcome: 'failed', grant }
  }
}

/**
 * The token as it is revoked. Where the provider takes only a living access token, one that has run out
 * is refreshed first, and is in the row from then on, in case it has to be revoked later; undefined where
 * the provider then says that nothing is left to be revoked.
 */
async function openLiving(
  lease: Lease,
  provider: ResolvedProvider,
  doomed: { token: string; kind: 'access_token' | 'refresh_token' },
): Promise<{ token: string; grant: GrantRow } | undefined> {
  const { grant, takenAt } = lease
  const token = open(doomed.token, { ...contextOf(grant), field: doomed.kind })
  const isDead = grant.accessTokenExpiresAt !== null && grant.accessTokenExpiresAt <= takenAt
  const isOfUse = doomed.kind === 'access_token' && isDead && lastsForCall(lease)
  if (!isOfUse || grant.refreshToken === null) return { token, grant }
  const refreshToken = open(grant.refreshToken, { ...contextOf(grant), field: 'refresh_token' })
  const outcome = await refreshTokens(provider, refreshToken)
  if (outcome.kind === 'refused') return undefined
  const renewed = outcome.kind === 'tokens' ? outcome.tokens.accessToken : null
  if (renewed === null) return { token, grant }
  const accessToken = seal(renewed, { ...contextOf(grant), field: 'access_token' })
  return { token: renewed, grant: { ...grant, accessToken } }
}

type Burial = {
  revocation: Revocation
  provider: ResolvedProvider | undefined
  actor: 'user' | 'system'
}

/** Guarded by the lease and the version: nothing that came meanwhile is wiped unrevoked. */
async function bury(
  { id, grant }: Lease,
  { revocation, provider, actor }: Burial,
): Promise<boolean> {
  const opened = await database()
  const { tables } = opened
  const { grants } = tables
  const now = Date.now()
  const isOurs = and(
    eq(grants.id, grant.id),
    eq(grants.leaseId, id),
    eq(grants.version, grant.version),
  )
  const tombstone = {
    status: 'disconnected' as const,
    accessToken: null,
    refreshToken: null,
    leaseId: null,
    leaseUntil: 0,
    version: grant.version + 1,
    disconnectedAt: now,
    updatedAt: now,
    revocation,
  }
  return opened.atomically((tx) => [
    { query: tx.update(grants).set(tombstone).where(isOurs), expect: 1 },
    ...(revocation === 'failed' ? pendingRevocation(tx, tables, grant, provider) : []),
    eventStep(opened, {
      userId: grant.userId,
      grantId: grant.id,
      provider: grant.provider,
      type: 'disconnected',
      actor,
      detail: { revocation },
    }),
  ])
}

function contextOf({ id, userId, provider, version }: GrantRow) {
  return { grantId: id, userId, provider, version }
}
