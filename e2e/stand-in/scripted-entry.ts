import type { ProviderEntry } from '#lib/providers/schema'
import type { Scripted } from './scripted.ts'

/** A scripted instance as an entry of `PROVIDERS_FILE`: the careful kind, unless overridden. */
export function scriptedEntry(
  { id, url }: Pick<Scripted, 'id' | 'url'>,
  overrides: Partial<ProviderEntry> = {},
): ProviderEntry {
  return {
    id,
    name: `${id.slice(0, 1).toUpperCase()}${id.slice(1)}`,
    issuer: url,
    iss_parameter_supported: true,
    authorization_endpoint: `${url}/authorize`,
    token_endpoint: `${url}/token`,
    revocation_endpoint: `${url}/revoke`,
    userinfo_endpoint: `${url}/userinfo`,
    scope: ['profile', 'files.read'],
    optional_scope: ['files.write'],
    rotation: 'single_use',
    account: { id: 'sub', label: 'name' },
    api: [`${url}/v1/`],
    docs: `${url}/docs`,
    manage: `${url}/manage`,
    ...overrides,
  }
}

/** An instance started with `iss`, `pkce`, `openid`, `rotate` false: the plain kind. */
export function plainScriptedEntry({ id, url }: Pick<Scripted, 'id' | 'url'>): ProviderEntry {
  return {
    id,
    name: `${id.slice(0, 1).toUpperCase()}${id.slice(1)}`,
    authorization_endpoint: `${url}/authorize`,
    token_endpoint: `${url}/token`,
    pkce: 'none',
    scope: ['notes'],
    rotation: 'none',
    account: { id: 'user_id', label: 'user_name' },
    api: [`${url}/v1/`],
    docs: `${url}/docs`,
    manage: `${url}/manage`,
  }
}
