import type { Client } from '#lib/env'
import { type OfferedProvider, type ProviderEntry, providerSchema } from '#lib/providers/provider'

/** An entry as an offered provider, without a file or settings. */
export function offered(
  entry: ProviderEntry,
  client: Client = { id: 'grantkeeper', secret: 'SECRET_cnry_client' },
): OfferedProvider {
  return { ...providerSchema.parse(entry), client }
}

/** The shortest entry that is one. */
export const plainEntry: ProviderEntry = {
  id: 'acme',
  name: 'Acme',
  authorization_endpoint: 'https://acme.test/authorize',
  token_endpoint: 'https://acme.test/token',
  scope: ['files.read'],
  account: null,
  docs: 'https://acme.test/docs',
  manage: 'https://acme.test/manage',
}
