import { GrantkeeperError } from '#lib/errors'
import type { OfferedProvider } from '#lib/providers/provider'
import type { User } from '#lib/session'

/** A fresh access token of one grant. Never logged, never sent to a browser. */
export type Access = {
  grantId: string
  userId: string
  provider: string
  accessToken: string
  /** The grant's, as the token was sealed: it changes with every refresh. */
  version: number
}

/**
 * A fresh access token of a user's own grant at a provider.
 * @throws {GrantkeeperError} `not_connected`, `account_required`, `paused`, `reauthorization_required`,
 *   `temporarily_unavailable`, `provider_misconfigured`, `credential_unreadable`, `storage_unavailable`
 */
export async function accessFor(
  _user: User,
  _wish: { provider: OfferedProvider; grant?: string | undefined },
): Promise<Access> {
  throw new GrantkeeperError('not_connected')
}

/**
 * Another access token after the provider's API has refused this one: what somebody else has refreshed
 * meanwhile, or the fruit of one refresh, at most one in 30 seconds. Undefined where there is none.
 * @throws {GrantkeeperError} as `accessFor`
 */
export async function accessAfterRefusal(_refused: Access): Promise<Access | undefined> {
  return undefined
}
