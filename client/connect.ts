import { challengeOf, keepAttempt, newAttempt, takeAttempt } from './attempts.ts'
import type { Context } from './context.ts'
import { failed, type Outcome } from './outcome.ts'
import { awaitPopup, openPopup } from './popup.ts'

export type ConnectOptions = {
  /** Scopes besides those that are asked for anyway, separated by spaces. */
  scope?: string | undefined
  /** Reconnect this grant. */
  grant?: string | undefined
  /** In a window of its own. Where that is blocked, this page is left as without it. */
  popup?: boolean
  /** Given back by the outcome. Default: the path of this page, with its query and fragment. */
  returnTo?: string
}

/** Nothing is awaited before the window is opened: a browser allows that in the click alone. */
export async function connect(
  context: Context,
  provider: string,
  { popup = false, scope, grant, returnTo = here() }: ConnectOptions,
): Promise<Outcome> {
  const name = context.names.get(provider)
  const attempt = newAttempt({ provider, name, scope, grant, returnTo })
  // Kept first: a new window gets a copy of this tab's storage as it is at that moment.
  const blocked = keepAttempt(context, { ...attempt, isPopup: popup })
  if (blocked) return failed(attempt, blocked)
  const opened = popup && openPopup()
  if (!opened) keepAttempt(context, attempt)
  try {
    const { start_url } = await context.api.begin(provider, {
      return_to: context.completionUrl ?? location.origin + location.pathname,
      challenge: await challengeOf(attempt),
      scope,
      grant,
    })
    if (!opened) return await leave(start_url)
    // The window has its copy by now, unless both look into one storage.
    if (!context.storage) takeAttempt(context, provider)
    return await awaitPopup(context, { attempt, window: opened, url: start_url })
  } catch (cause) {
    if (opened) opened.close()
    takeAttempt(context, provider)
    return failed(attempt, cause)
  }
}

/** One slash at most, or it would be another site's address. */
function here(): string {
  return location.pathname.replace(/^\/+/, '/') + location.search + location.hash
}

/** Settles only when the browser shows this very page again, as it does after Back. */
function leave(url: string): Promise<Outcome> {
  location.assign(url)
  return new Promise((done) =>
    addEventListener('pageshow', ({ persisted }) => persisted && done({ status: 'none' })),
  )
}
