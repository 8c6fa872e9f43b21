import type { Grant } from './api.ts'
import type { Attempt } from './attempts.ts'
import type { Context } from './context.ts'
import { connected, type Ended, failed } from './outcome.ts'

/** Undefined where it was blocked: some blockers give a window that is closed. The address follows. */
export function openPopup(): Window | undefined {
  const popup = open('', '', 'width=520,height=720')
  return popup?.closed === false ? popup : undefined
}

/** What a popup tells the page that opened it: never a token, a code or a handle. */
type Told = { code: string } | { grant: string | null }

/** On a channel of this origin alone, under a name that only the two know; then the window goes. */
export function tell({ id }: Attempt, outcome: Ended): void {
  const channel = new BroadcastChannel(id)
  const told: Told = 'code' in outcome ? { code: outcome.code } : { grant: outcome.grant }
  channel.postMessage(told)
  channel.close()
  close()
}

/**
 * Leads the window to the third party, and waits for what it tells. A Cross-Origin-Opener-Policy on the
 * way cuts the tie between the two, after which `closed` means nothing: so once the user is back here
 * and a grace has passed in silence, the API is asked what is true.
 */
export async function awaitPopup(
  context: Context,
  { attempt, window: popup, url }: { attempt: Attempt; window: Window; url: string },
): Promise<Ended> {
  const told = listen(context, attempt)
  const before = grantsAt(context, attempt)
  const gone = untilGone(popup)
  popup.location.replace(url)
  const ended = await Promise.race([told, gone])
  if (ended && 'code' in ended) return failed(attempt, ended.code)
  const known = await before
  const grant = (await grantsAt(context, attempt))?.find(({ id }) =>
    ended ? id === ended.grant : known && !known.some((old) => old.id === id),
  )
  if (!ended && !grant) return failed(attempt, 'window_closed')
  return connected(attempt, { grant: grant?.id ?? null, account: grant?.account ?? null })
}

/** Also when nobody waits for it any more, the page shall show it: the window was hidden, not closed. */
function listen({ changed }: Context, { id }: Attempt): Promise<Told> {
  const channel = new BroadcastChannel(id)
  return new Promise((done) => {
    channel.onmessage = ({ data }) => {
      channel.close()
      done(data)
      changed()
    }
  })
}

/** Those that work; undefined where nobody can tell. */
async function grantsAt({ api }: Context, { provider }: Attempt): Promise<Grant[] | undefined> {
  const all = await api.list().catch(() => undefined)
  return all
    ?.filter((integration) => integration.provider === provider)
    .flatMap(({ grants }) => grants)
    .filter(({ status }) => status === 'active')
}

/** Settles when the window says that it is closed, a grace after the user came back to this page. */
function untilGone(popup: Window): Promise<undefined> {
  const stop = new AbortController()
  return new Promise((done) => {
    const look = () => {
      if (!popup.closed || document.hidden) return
      stop.abort()
      done(undefined)
    }
    const onReturn = () => setTimeout(look, graceMs)
    addEventListener('focus', onReturn, stop)
    addEventListener('visibilitychange', onReturn, stop)
    // Closed while the address was on its way: as yet the two are tied, and it means what it says.
    look()
  })
}

/** Long enough for a window that has just told to be heard. */
const graceMs = 2000
