import type { Account } from './api.ts'
import type { Attempt } from './attempts.ts'
import { messageOf } from './messages.ts'
import { GrantkeeperProblem } from './problem.ts'

/** How an attempt to connect ended; `none` where none did. */
export type Outcome = Ended | { status: 'none' }

export type Ended = (
  | { status: 'connected'; code?: undefined; grant: string | null; account: Account | null }
  | { status: 'error'; code: string; grant: string | undefined }
) & {
  integration: string
  /** For the user. */
  message: string
  /** What was wished, for another try; so is the `grant` of one that failed. */
  scope: string | undefined
  /** Where the user was; `/` where this tab does not know. */
  returnTo: string
  /** This page is the popup of another, which has been told: say that it can be closed. */
  isPopup: boolean
}

type Known = Pick<Attempt, 'provider'> & Partial<Attempt>
type Reached = { grant?: string | null | undefined; account?: Account | null | undefined }

export function connected(known: Known, { grant = null, account = null }: Reached): Ended {
  const whose = account?.label ? ` as ${account.label}` : ''
  const message = `Connected to ${known.name ?? 'the service'}${whose}.`
  return { ...common(known), status: 'connected', grant, account, message }
}

/** `cause` is a code that came back with the user or is ours, or whatever was thrown. */
export function failed(known: Known, cause: unknown): Ended {
  const thrown = cause instanceof GrantkeeperProblem ? cause.code : 'server_error'
  const code = typeof cause === 'string' ? cause : thrown
  // From the third party it is the user's no; from the API, that they were switched off.
  const message = messageOf(cause === 'access_denied' ? 'cancelled' : code, known.name)
  return { ...common(known), status: 'error', code, message }
}

function common({ provider, scope, grant, returnTo = '/', isPopup = false }: Known) {
  return { integration: provider, scope, grant, returnTo, isPopup }
}
