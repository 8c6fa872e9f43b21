import { and, eq } from 'drizzle-orm'
import { database } from '#db'
import type { GrantRow } from '#db/schema'
import { eventQuery } from '#lib/audit'
import { GrantkeeperError } from '#lib/errors'
import { resolveProvider } from '#lib/oauth/metadata'
import { revokeToken } from '#lib/oauth/token'
import { type OfferedProvider, offeredProviders } from '#lib/providers/provider'
import type { User } from '#lib/session'
import { logEvent } from '#lib/telemetry'
import { open } from '#lib/vault'
import { type Lease, takeLease } from './lease.ts'
import { isShared, pendingRevocation, tokenToRevoke } from './revocation.ts'

/** What became of the grant at the provider. The user is disconnected here in any case. */
export type Revocation = 'revoked' | 'unsupported' | 'failed'

/**
 * Disconnects a grant: revokes it at the provider (RFC 7009), then wipes the tokens. Where the
 * provider does not confirm, the sealed token waits in `pending_revocations`. The row stays as a
 * tombstone; connecting again makes a new grant.
 * @throws {GrantkeeperError} `not_connected`, `temporarily_unavailable`, `storage_unavailable`
 */
export async function disconnect(user: User, grantId: string): Promise<Revocation> {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const lease = await takeLease(user, grantId)
    const provider = offeredProvider(lease.grant.provider)
    const outcome = await revokeAtProvider(lease.grant, provider)
    if (await bury(lease, outcome, provider)) return outcome
    // A reconnect came between: what it brought is disconnected too, since the user asked for that.
  }
  throw new GrantkeeperError('temporarily_unavailable')
}

/** The provider may have lost its client since; its grants can be disconnected all the same. */
function offeredProvider(id: string): OfferedProvider | undefined {
  return offeredProviders().find((provider) => provider.id === id)
}

async function revokeAtProvider(
  grant: GrantRow,
  provider: OfferedProvider | undefined,
): Promise<Revocation> {
  const doomed = tokenToRevoke(grant, provider)
  if (!doomed) return 'unsupported'
  if (!provider) return 'failed'
  try {
    if (await isShared(provider, { accountId: grant.accountId, except: grant.id }))
      return 'unsupported'
    const token = open(doomed.token, { ...contextOf(grant), field: doomed.kind })
    return await revokeToken(await resolveProvider(provider), token)
  } catch (cause) {
    logEvent('warn', 'revocation_failed', { provider: grant.provider, grantId: grant.id, cause })
    return 'failed'
  }
}

/** Guarded by the lease and the version: nothing that came meanwhile is wiped unrevoked. */
async function bury(
  { id, grant }: Lease,
  revocation: Revocation,
  provider: OfferedProvider | undefined,
): Promise<boolean> {
  const { atomically, tables } = await database()
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
  return atomically((tx) => [
    { query: tx.update(grants).set(tombstone).where(isOurs), expect: 1 },
    ...(revocation === 'failed' ? pendingRevocation(tx, tables, grant, provider) : []),
    {
      query: eventQuery(tx, tables, {
        userId: grant.userId,
        grantId: grant.id,
        provider: grant.provider,
        type: 'disconnected',
        detail: { revocation },
      }),
      expect: 1,
    },
  ])
}

function contextOf({ id, userId, provider, version }: GrantRow) {
  return { grantId: id, userId, provider, version }
}
