import type { Grantkeeper, Integration } from './index.ts'

export type Loaded = {
  integrations: Integration[]
  /** `loading` only until there is something to show. */
  status: 'loading' | 'ready' | 'error'
  /** Why the last load failed; what was there before is kept. */
  error: unknown
}

export type Store = {
  subscribe: (listener: () => void) => () => void
  snapshot: () => Loaded
  reload: () => Promise<void>
}

/** What a client's user has, for all who show it: one store a client. */
export function storeOf(grantkeeper: Source): Store {
  const store = stores.get(grantkeeper) ?? newStore(grantkeeper)
  stores.set(grantkeeper, store)
  return store
}

type Source = Pick<Grantkeeper, 'list' | 'subscribe'>

const stores = new WeakMap<Source, Store>()

/** Loads when the first one looks, and again after each change that the client makes. */
function newStore(grantkeeper: Source): Store {
  const listeners = new Set<() => void>()
  let shown: Loaded = { integrations: [], status: 'loading', error: undefined }
  let loads = 0
  let unsubscribe = () => {}

  async function reload(): Promise<void> {
    const load = ++loads
    const loaded = await grantkeeper.list().then(
      (integrations) => ({ integrations, status: 'ready' as const, error: undefined }),
      (error: unknown) => ({ status: 'error' as const, error }),
    )
    // A later load knows more than one that came back after it.
    if (load !== loads) return
    shown = { ...shown, ...loaded }
    for (const listener of listeners) listener()
  }

  return {
    reload,
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
