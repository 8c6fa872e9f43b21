import type { Grant } from './api.ts'
import type { Attempt } from './attempts.ts'
import type { Context } from './context.ts'
import { connected, type Ended, failed } from './outcome.ts'

/** None where it was blocked: some blockers give a window that is closed. The address follows. */
export function openPopup(): Window | false | null {
  const popup = open('', '', 'width=520,height=720')
  return popup && !popup.closed && popup
}

/** What a popup tells the page that opened it: never a token, a code or a handle. */
type Told = Pick<Ended, 'code' | 'grant'>

/** On a channel of this origin alone, under a name that only the two know; then the window goes. */
export function tell({ id }: Attempt, outcome: Ended): void {
  const channel = new BroadcastChannel(id)
  const { code, grant } = outcome
  channel.postMessage({ code, grant } satisfies Told)
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
  const active = () => grantsAt(context, attempt)
  const before = active()
  const gone = untilGone(popup)
  popup.location.replace(url)
  const ended = await Promise.race([told, gone])
  if (ended?.code) return failed(attempt, ended.code)
  const known = await before
  const grant = (await active())?.find(({ id }) =>
    ended ? id === ended.grant : known && !known.some((old) => old.id === id),
  )
  if (!ended) {
    if (!grant) return failed(attempt, 'window_closed')
    context.changed()
  }
  return connected(attempt, { grant: grant?.id, account: grant?.account })
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
    ?.find((integration) => integration.provider === provider)
    ?.grants.filter(({ status }) => status === 'active')
}

/** Settles when the window says that it is closed, a grace after the user came back to this page. */
async function untilGone(popup: Window): Promise<undefined> {
  // At first, while the address is on its way, the two are tied, and `closed` means what it says.
  while (!popup.closed || document.hidden) {
    await new Promise((done) => {
      addEventListener('focus', done, { once: true })
      addEventListener('visibilitychange', done, { once: true })
    })
    await new Promise((done) => setTimeout(done, graceMs))
  }
}

/** Long enough for a window that has just told to be heard. */
const graceMs = 2000
