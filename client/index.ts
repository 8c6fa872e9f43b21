import { type Api, createApi } from './api.ts'
import { complete } from './complete.ts'
import { type ConnectOptions, connect } from './connect.ts'
import type { Context, Options } from './context.ts'
import type { Outcome } from './outcome.ts'

export type { Account, Grant, Integration, ProxyInit, Revocation, State } from './api.ts'
export type { ConnectOptions } from './connect.ts'
export type { Options } from './context.ts'
export { messageOf } from './messages.ts'
export type { Outcome } from './outcome.ts'
export { GrantkeeperProblem } from './problem.ts'

export type Grantkeeper = Omit<Api, 'begin' | 'redeem'> & {
  /**
   * Sends the user to the third party. By default this page is left for it, and the promise settles
   * only if the user comes back to it; with `popup` it gives the outcome. Call it in the click itself.
   */
  connect: (provider: string, options?: ConnectOptions) => Promise<Outcome>
  /** Ends what `connect` began: call it first thing on the completion page. `none` where nothing came back. */
  complete: () => Promise<Outcome>
  /** Calls back when something was connected, disconnected, paused or resumed here. Returns the end of it. */
  subscribe: (listener: () => void) => () => void
}

/** A SPA's way to Grantkeeper. Make one for the page, and keep it. */
export function createGrantkeeper(options: Options): Grantkeeper {
  const listeners = new Set<() => void>()
  const changed = () => {
    for (const listener of listeners) listener()
  }
  const names = new Map<string, string>()
  const api = createApi(options, { changed, names })
  const ending = Promise.resolve<Outcome>({ status: 'none' })
  const context: Context = { ...options, api, changed, names, ending }
  return {
    ...api,
    connect: (provider, wishes = {}) => connect(context, provider, wishes),
    complete: () => complete(context),
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
