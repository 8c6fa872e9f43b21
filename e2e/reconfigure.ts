import type { ProviderEntry } from '#lib/providers/schema'
import type { Settings } from './settings.ts'
import { providersFile } from './stand-in/start.ts'
import type { World } from './world.ts'
import { type ProviderId, scriptedEntries } from './world-providers.ts'

export type Reconfiguration = {
  /** Laid over the entries of `PROVIDERS_FILE`. */
  entries?: Partial<Record<ProviderId, Partial<ProviderEntry>>>
  settings?: Settings
}

/**
 * Starts the shared world's app anew with other entries and settings, for some tests of a file.
 * @returns what starts it as it was before, for `afterAll` or `finally`
 */
export async function reconfigure(
  world: World,
  { entries = {}, settings = {} }: Reconfiguration,
): Promise<() => Promise<void>> {
  const changed = scriptedEntries(world.providers).map((entry) => ({
    ...entry,
    ...entries[entry.id as ProviderId],
  }))
  const file = await providersFile(changed)
  const names = ['PROVIDERS_FILE', ...Object.keys(settings)]
  // An empty setting counts as none.
  const before = Object.fromEntries(names.map((name) => [name, world.env[name] ?? '']))
  await world.restart({ ...settings, PROVIDERS_FILE: file.path })
  return async () => {
    await world.restart(before)
    await file.remove()
  }
}
