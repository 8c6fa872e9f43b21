import { redirect } from 'next/navigation'
import { codeOf } from '#lib/errors'
import { requireUser, type User } from '#lib/session'

/** The person this page is for: sent to log in if nobody is, told so if their access was switched off. */
export async function signedIn(returnTo: string): Promise<User> {
  try {
    return await requireUser(returnTo)
  } catch (error) {
    if (codeOf(error) === 'access_denied') redirect('/switched-off')
    throw error
  }
}
