import { assertOwnPage } from '#app/api/cookie-guard'
import { GrantkeeperError } from '#lib/errors'
import { bearerUser, currentUser, type Scope, type User } from '#lib/session'

/**
 * The user who calls the JSON API: by an access token, or by the login cookie, which then needs a page
 * of ours behind it wherever something is changed.
 * @throws {GrantkeeperError} `login_required`, `forbidden`, `insufficient_scope`, `access_denied`
 */
export async function apiUser({ headers }: { headers: Headers }, needed: Scope): Promise<User> {
  if (headers.has('authorization')) return bearerUser(headers, needed)
  if (needed === 'integrations:write') assertOwnPage(headers)
  const user = await currentUser()
  if (!user) throw new GrantkeeperError('login_required')
  return user
}
