import { type Attempt, takeAttempt } from './attempts.ts'
import type { Context } from './context.ts'
import { connected, type Ended, failed, type Outcome } from './outcome.ts'
import { tell } from './popup.ts'

/**
 * Reads what came back, takes it out of the URL before anything else can read it, and redeems it
 * where this tab began the attempt. A second call has the first one's outcome.
 */
export function complete(context: Context): Promise<Outcome> {
  const returned = takeReturned()
  if (returned) context.ending = end(context, returned)
  return context.ending
}

type Returned = { provider: string; handle: string; error: string | undefined }

function takeReturned(): Returned | undefined {
  const url = new URL(location.href)
  const names = ['integration', 'status', 'error']
  const [provider, status, error] = names.map((name) => url.searchParams.get(name))
  if (!provider || (status !== 'pending' && status !== 'error')) return
  const handle = url.hash.replace('#handle=', '')
  for (const name of names) url.searchParams.delete(name)
  // The whole fragment is Grantkeeper's own, so that none is inherited.
  url.hash = ''
  history.replaceState(history.state, '', url)
  return { provider, handle, error: status === 'error' ? `${error}` : undefined }
}

async function end(context: Context, { provider, error, handle }: Returned): Promise<Outcome> {
  const attempt = takeAttempt(context.storage ?? sessionStorage, provider)
  // Nothing that this tab did not begin is redeemed: it may be somebody else's account.
  if (!attempt) return failed({ provider, returnTo: '/', isPopup: false }, 'invalid_state')
  // For another try from this page, which has not listed anything.
  if (attempt.name) context.names.set(provider, attempt.name)
  const outcome = error ? failed(attempt, error) : await redeem(context, attempt, handle)
  if (attempt.isPopup) tell(attempt, outcome)
  context.changed()
  return outcome
}

async function redeem({ api }: Context, attempt: Attempt, handle: string): Promise<Ended> {
  try {
    const { provider, verifier } = attempt
    return connected(attempt, await api.redeem(provider, { handle, verifier }))
  } catch (cause) {
    return failed(attempt, cause)
  }
}
