import { connectUrl } from '#app/api/connect-url'
import type { WireGrant } from '#app/api/schemas/grant'
import type { GrantView } from '#lib/integrations/grant-view'
import { type GrantState, grantState, isMendable } from '#lib/integrations/state'

/** A grant as the API tells it. `base`: this deployment's own origin. */
export function toGrant(view: GrantView, base: string): WireGrant {
  const state = grantState(view)
  return {
    id: view.id,
    provider: view.provider,
    account: view.identity,
    status: view.status,
    state: state.kind,
    reason: state.kind === 'reauthorization_required' ? state.reason : null,
    trouble: toTrouble(state),
    scope: view.scope,
    missing_scope: view.missing,
    connected_at: view.since.toISOString(),
    last_used_at: toTime(view.lastUsedAt),
    last_used_by: view.lastUsedBy,
    last_refreshed_at: toTime(view.lastRefreshedAt),
    ends_at: toTime(view.lastsUntil),
    paused_at: toTime(view.pausedAt),
    disconnected_at: toTime(view.disconnectedAt),
    revocation: view.revocation,
    connect_url: isMendable(state) ? connectUrl(base, view.provider, view.id) : null,
  }
}

function toTrouble(state: GrantState): WireGrant['trouble'] {
  if (state.kind === 'refused') {
    const works_until = toTime(state.worksUntil)
    const code = 'temporarily_unavailable' as const
    return { code, since: toTime(state.since), reference: null, works_until }
  }
  if (state.kind !== 'unavailable' && state.kind !== 'misconfigured') return null
  const { code, since, reference, worksUntil } = state
  return { code, since: toTime(since), reference, works_until: toTime(worksUntil) }
}

function toTime(date: Date | null): string | null {
  return date?.toISOString() ?? null
}
