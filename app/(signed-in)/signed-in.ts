import { redirect, unstable_rethrow } from 'next/navigation'
import { codeOf, type ErrorCode } from '#lib/errors'
import { requireUser, type User } from '#lib/session'
import { logEvent } from '#lib/telemetry'

/** The person this page is for. Who is not logged in is sent to do so. */
export async function signedIn(returnTo: string): Promise<User> {
  return orExplain(() => requireUser(returnTo))
}

/**
 * What `read` gives, or a page that says in words why there is nothing to show. Next's own error
 * page needs script in the browser; this one does not.
 */
export async function orExplain<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    unstable_rethrow(error)
    const code = codeOf(error)
    if (code !== 'access_denied') logEvent('error', 'page_failed', { code, cause: error })
    return redirect(explanation(code))
  }
}

function explanation(code: ErrorCode): string {
  return code === 'access_denied' ? '/switched-off' : `/unavailable?error=${code}`
}
