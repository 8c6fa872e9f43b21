import type { Grant, Integration } from '../index.ts'

/** A grant at Acme Music, as the API lists it. */
export function grant(id: string, more: Partial<Grant> = {}): Grant {
  return {
    id,
    account: 'Ada Lovelace',
    status: 'active',
    state: 'connected',
    scope: ['playlists.read'],
    connected_at: '2026-11-26T12:00:00.000Z',
    last_used_at: null,
    ...more,
  }
}

export function listOf(...grants: Grant[]): { body: { integrations: Integration[] } } {
  const state = grants.length > 0 ? 'connected' : 'not_connected'
  return { body: { integrations: [{ provider: 'acme', name: 'Acme Music', state, grants }] } }
}
