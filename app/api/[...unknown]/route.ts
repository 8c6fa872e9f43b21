import { toResponse } from '#app/api/answer'
import { GrantkeeperError, problem } from '#lib/errors'

export const dynamic = 'force-dynamic'

/** What no route of the API has: said as the API says all else, and not as a page. */
function unknown(): Response {
  return toResponse(problem(new GrantkeeperError('invalid_request', { status: 404 })))
}

export { unknown as DELETE, unknown as GET, unknown as PATCH, unknown as POST, unknown as PUT }
