import type { ProviderEntry } from '#lib/providers/schema'

/** Acme Music as an entry of `PROVIDERS_FILE`: found by discovery, an example of the careful kind. */
export function acmeEntry(url: string): ProviderEntry {
  return {
    id: 'acme',
    name: 'Acme Music',
    summary: 'Bring your playlists along.',
    discovery: url,
    iss_parameter_supported: true,
    token_endpoint_auth_method: 'client_secret_basic',
    scope: ['openid', 'profile', 'playlists.read'],
    optional_scope: ['playlists.write'],
    required_scope: ['playlists.read'],
    scope_descriptions: {
      openid: { title: 'Know which account this is', access: 'read' },
      profile: { title: 'See your name and e-mail address', access: 'read' },
      'playlists.read': { title: 'See your playlists', access: 'read' },
      'playlists.write': { title: 'Change your playlists', access: 'write' },
    },
    rotation: 'single_use',
    account: { id: 'sub', label: 'name' },
    api: [`${url}/api/`],
    docs: `${url}/connections`,
    manage: `${url}/connections`,
  }
}

/** Plain Notes: OAuth 2.0 only, and identity in the token response. */
export function plainEntry(url: string): ProviderEntry {
  return {
    id: 'plain',
    name: 'Plain Notes',
    summary: 'Read your notes beside your work.',
    authorization_endpoint: `${url}/oauth/authorize`,
    token_endpoint: `${url}/oauth/token`,
    scope: ['notes'],
    scope_descriptions: { notes: { title: 'Read your notes', access: 'read' } },
    rotation: 'none',
    account: { id: 'user_id', label: 'user_name' },
    api: [`${url}/api/`],
    docs: `${url}/connections`,
    manage: `${url}/connections`,
  }
}
