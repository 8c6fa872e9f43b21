import { useSyncExternalStore } from 'react'
import type { Grantkeeper } from './index.ts'
import { type Loaded, storeOf } from './store.ts'

export type Integrations = Loaded &
  Pick<Grantkeeper, 'connect' | 'disconnect'> & { reload: () => Promise<void> }

/** What the user has, as it is now, and what can be done with it. Components share one load. */
export function useIntegrations(grantkeeper: Grantkeeper): Integrations {
  const { subscribe, snapshot, reload } = storeOf(grantkeeper)
  const loaded = useSyncExternalStore(subscribe, snapshot, snapshot)
  const { connect, disconnect } = grantkeeper
  return { ...loaded, reload, connect, disconnect }
}
