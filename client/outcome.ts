import type { Account } from './api.ts'
import type { Attempt } from './attempts.ts'
import { messageOf } from './messages.ts'
import { GrantkeeperProblem } from './problem.ts'

/** How an attempt to connect ended; `none` where none did. */
export type Outcome = Ended | { status: 'none' }

export type Ended = (
  | { status: 'connected'; grant: string | null; account: Account | null }
  | { status: 'error'; code: string }
) & {
  integration: string
  /** For the user. */
  message: string
  /** Where the user was; `/` where this tab does not know. */
  returnTo: string
  /** This page is the popup of another, which has been told: say that it can be closed. */
  isPopup: boolean
}

type Known = Pick<Attempt, 'provider' | 'returnTo' | 'isPopup'> & { name?: Attempt['name'] }

export function connected(
  known: Known,
  { grant, account }: { grant: string | null; account: Account | null },
): Ended {
  const whose = account?.label ? ` as ${account.label}` : ''
  const message = `Connected to ${known.name ?? 'the service'}${whose}.`
  return { status: 'connected', grant, account, message, ...common(known) }
}

/** `cause` is a code, or whatever was thrown. */
export function failed(known: Known, cause: unknown): Ended {
  const thrown = cause instanceof GrantkeeperProblem ? cause.code : 'server_error'
  const code = typeof cause === 'string' ? cause : thrown
  return { status: 'error', code, message: messageOf(code, known.name), ...common(known) }
}

function common({ provider, returnTo, isPopup }: Known) {
  return { integration: provider, returnTo, isPopup }
}
