import type { Grant, Integration } from '../index.ts'

/** A grant at Acme Music, as the API lists it. */
export function grant(id: string): Grant {
  return {
    id,
    provider: 'acme',
    account: { id: `account of ${id}`, label: 'Ada Lovelace' },
    status: 'active',
    state: 'connected',
    scope: ['playlists.read'],
    missing_scope: [],
    connected_at: '2026-11-26T12:00:00.000Z',
    last_used_at: null,
    ends_at: null,
    paused_at: null,
  }
}

export function listOf(...grants: Grant[]): { body: { integrations: Integration[] } } {
  const acme: Integration = {
    provider: 'acme',
    name: 'Acme Music',
    summary: 'Bring your playlists along.',
    state: grants.length > 0 ? 'connected' : 'not_connected',
    grants,
    scopes: [],
    manage_url: 'https://acme.example/apps',
  }
  return { body: { integrations: [acme] } }
}
