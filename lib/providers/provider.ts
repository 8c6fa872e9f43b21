import { env } from '#lib/env'
import { GrantkeeperError } from '#lib/errors'
import { catalogue } from './catalogue.ts'
import { loadProviders, type OfferedProvider } from './load.ts'
import { providerId } from './schema.ts'

export { configHash } from './hash.ts'
export { loadProviders, type OfferedProvider } from './load.ts'
export { type Provider, type ProviderEntry, providerId, providerSchema } from './schema.ts'

/** The providers that users of this deployment can connect, in the order of their names. */
export function offeredProviders(): OfferedProvider[] {
  return [...all().values()].sort((a, b) => a.name.localeCompare(b.name, 'en'))
}

/**
 * The provider with exactly this id.
 * @throws {GrantkeeperError} `unknown_provider` for an unknown one and for one not offered alike
 */
export function findProvider(id: string): OfferedProvider {
  return lookUp(all(), id)
}

/** As `findProvider`, in the given providers. */
export function lookUp(
  providers: ReadonlyMap<string, OfferedProvider>,
  id: string,
): OfferedProvider {
  const provider = providerId.test(id) ? providers.get(id) : undefined
  if (!provider) throw new GrantkeeperError('unknown_provider')
  return provider
}

/** What a provider is called, offered or not any more; an id that nobody knows stands for itself. */
export function providerName(id: string): string {
  return all().get(id)?.name ?? catalogue.find((entry) => entry.id === id)?.name ?? id
}

let loaded: ReadonlyMap<string, OfferedProvider> | undefined

// Read-only data: that every instance of this module has its own copy does no harm.
function all(): ReadonlyMap<string, OfferedProvider> {
  loaded ??= loadProviders(env())
  return loaded
}
