import type { GrantRow } from '#db/schema'
import { codeOf } from '#lib/errors'
import type { Tokens } from '#lib/oauth/token-response'
import type { User } from '#lib/session'
import { logEvent } from '#lib/telemetry'
import { open } from '#lib/vault'
import { type Lease, releaseLease, takeLease } from './lease.ts'

/** The refresh token that a grant has, and the lease under which nobody else sends it. */
export type HeldRefreshToken = { lease: Lease; refreshToken: string }

/**
 * The stored refresh token, where a consent brought none: several providers give one at the first consent
 * alone (developers.google.com/identity/protocols/oauth2/web-server#offline). It is held by its lease, since
 * a refresh in flight could rotate it while it is being sealed to the row's next version.
 * @returns undefined where the consent brought one, or where the stored one is known to be dead
 * @throws {GrantkeeperError} `temporarily_unavailable`, `storage_unavailable`
 */
export async function holdRefreshToken(
  user: User,
  { refreshToken }: Tokens,
  before: GrantRow | undefined,
): Promise<HeldRefreshToken | undefined> {
  if (refreshToken !== null || !before || !mayLive(before)) return undefined
  const lease = await leaseOf(user, before)
  if (!lease) return undefined
  const stored = mayLive(lease.grant, lease.takenAt) ? openStored(lease.grant) : undefined
  if (stored !== undefined) return { lease, refreshToken: stored }
  await releaseLease(lease)
  return undefined
}

/** Once the grant is written the lease has ended with it; otherwise nobody should wait for its end. */
export async function letGo(held: HeldRefreshToken | undefined): Promise<void> {
  // It ends by itself.
  if (held) await releaseLease(held.lease).catch(() => undefined)
}

/** One that its provider has refused, or whose own end has passed, would only be refused again. */
function mayLive(grant: GrantRow, now = 0): boolean {
  const { status, refreshToken, refreshTokenExpiresAt: end } = grant
  return refreshToken !== null && status === 'active' && (end === null || end > now)
}

/** Disconnected meanwhile: then what was received becomes a new grant. */
async function leaseOf(user: User, { id }: GrantRow): Promise<Lease | undefined> {
  try {
    return await takeLease(user, id)
  } catch (error) {
    if (codeOf(error) === 'not_connected') return undefined
    throw error
  }
}

/** One that no key of ours opens cannot be kept, since each token is sealed to the version of its row. */
function openStored({ id: grantId, userId, provider, version, refreshToken }: GrantRow) {
  try {
    const context = { grantId, userId, provider, version, field: 'refresh_token' as const }
    return refreshToken === null ? undefined : open(refreshToken, context)
  } catch (cause) {
    logEvent('warn', 'refresh_token_unreadable', { provider, grantId, cause })
    return undefined
  }
}
