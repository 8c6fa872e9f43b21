import { useSyncExternalStore } from 'react'
import type { Grantkeeper, Integration } from './index.ts'

export type Integrations = {
  integrations: Integration[]
  /** `loading` only until there is something to show. */
  status: 'loading' | 'ready' | 'error'
  /** Why the last load failed; what was there before is kept. */
  error: unknown
  reload: () => Promise<void>
} & Pick<Grantkeeper, 'connect' | 'disconnect'>

/** What the user has, as it is now: loaded once a client, and again after each change that it makes. */
export function useIntegrations(grantkeeper: Grantkeeper): Integrations {
  const { subscribe, snapshot } = storeOf(grantkeeper)
  return useSyncExternalStore(subscribe, snapshot, snapshot)
}

type Store = { subscribe: (listener: () => void) => () => void; snapshot: () => Integrations }

const stores = new WeakMap<Grantkeeper, Store>()

function storeOf(grantkeeper: Grantkeeper): Store {
  const store = stores.get(grantkeeper) ?? newStore(grantkeeper)
  stores.set(grantkeeper, store)
  return store
}

function newStore(grantkeeper: Grantkeeper): Store {
  const { connect, disconnect } = grantkeeper
  const listeners = new Set<() => void>()
  let loads = 0
  let shown: Integrations = {
    integrations: [],
    status: 'loading',
    error: undefined,
    reload,
    connect,
    disconnect,
  }

  async function reload(): Promise<void> {
    const load = ++loads
    const loaded = await grantkeeper.list().then(
      (integrations) => ({ integrations, status: 'ready' as const, error: undefined }),
      (error: unknown) => ({ status: 'error' as const, error }),
    )
    // A later load knows more than one that came back after it.
    if (load !== loads) return
    shown = { ...shown, ...loaded }
    for (const listener of [...listeners]) listener()
  }

  let unsubscribe = () => {}
  return {
    snapshot: () => shown,
    subscribe(listener) {
      if (listeners.size === 0) {
        unsubscribe = grantkeeper.subscribe(reload)
        void reload()
      }
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) unsubscribe()
      }
    },
  }
}
