import type { Answer } from '#app/api/answer'
import { json } from '#app/api/json'
import { toGrant } from '#app/api/wire/grant'
import { baseUrlFor } from '#lib/env'
import { findGrant } from '#lib/integrations/list'
import type { User } from '#lib/session'

/**
 * One grant of the user as it is now.
 * @throws {GrantkeeperError} `not_connected`
 */
export async function grantAnswer(user: User, id: string, headers: Headers): Promise<Answer> {
  return json(toGrant(await findGrant(user, id), baseUrlFor(headers.get('host'))))
}
