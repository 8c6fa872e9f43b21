import { takeAttempt } from './attempts.ts'
import type { Context } from './context.ts'
import { connected, failed, type Outcome } from './outcome.ts'
import { tell } from './popup.ts'

/**
 * Reads what came back, takes it out of the URL before anything else can read it, and redeems it
 * where this tab began the attempt. A second call has the first one's outcome.
 */
export function complete(context: Context): Promise<Outcome> {
  const url = new URL(location.href)
  const names = ['integration', 'status', 'error']
  const [provider, status, error] = names.map((name) => url.searchParams.get(name))
  if (provider && (status === 'pending' || status === 'error')) {
    const handle = url.hash.replace('#handle=', '')
    for (const name of names) url.searchParams.delete(name)
    // The whole fragment is Grantkeeper's own, so that none is inherited.
    url.hash = ''
    history.replaceState(history.state, '', url)
    context.ending = end(context, { provider, error, handle })
  }
  return context.ending
}

type Returned = { provider: string; handle: string; error: string | null | undefined }

async function end(context: Context, { provider, error, handle }: Returned): Promise<Outcome> {
  const attempt = takeAttempt(context, provider) ?? 'invalid_state'
  // Nothing that this tab did not begin is redeemed: it may be somebody else's account.
  if (typeof attempt === 'string') return failed({ provider }, attempt)
  const { name, verifier, isPopup } = attempt
  // For another try from this page, which has not listed anything.
  if (name) context.names.set(provider, name)
  const outcome = error
    ? failed(attempt, error)
    : await context.api.redeem(provider, { handle, verifier }).then(
        (reached) => connected(attempt, reached),
        (cause) => failed(attempt, cause),
      )
  if (isPopup) tell(attempt, outcome)
  context.changed()
  return outcome
}
