import { codeOf } from '#lib/errors'
import type { User } from '#lib/session'
import { disconnect, type Revocation } from './disconnect.ts'
import { findGrant } from './list.ts'

/**
 * Disconnects a grant, as often as it is asked for: a double click, another tab, or an answer that got
 * lost. What has ended before is told as it ended.
 * @throws {GrantkeeperError} as `disconnect`
 */
export async function endGrant(user: User, grantId: string): Promise<Revocation> {
  try {
    return await disconnect(user, grantId)
  } catch (error) {
    const ended = codeOf(error) === 'not_connected' ? await findGrant(user, grantId) : undefined
    if (!ended?.revocation) throw error
    return ended.revocation
  }
}
