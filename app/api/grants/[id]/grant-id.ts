import { grantPath } from '#app/api/schemas/grant'
import { GrantkeeperError } from '#lib/errors'

/**
 * The id of a grant in a path.
 * @throws {GrantkeeperError} `not_connected`: what cannot be an id looks like one that is unknown
 */
export function grantId(params: { id: string }): string {
  const parsed = grantPath.safeParse(params)
  if (!parsed.success) throw new GrantkeeperError('not_connected')
  return parsed.data.id
}
