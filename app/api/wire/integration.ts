import { connectUrl } from '#app/api/connect-url'
import type { WireGrant } from '#app/api/schemas/grant'
import type { WireIntegration } from '#app/api/schemas/integration'
import type { Integration } from '#lib/integrations/list'
import { stateOf } from '#lib/integrations/state'
import { toGrant } from './grant'

/** A provider with what the user has there, as the API tells it. */
export function toIntegration(integration: Integration, base: string): WireIntegration {
  const { id, name, summary, manage } = integration.provider
  const grants = integration.grants.map((view) => toGrant(view, base))
  return {
    provider: id,
    name,
    summary: summary ?? null,
    state: mostUrgent(grants) ?? stateWithout(integration),
    grants,
    scopes: scopesOf(integration),
    connect_url: connectUrl(base, id),
    manage_url: manage,
  }
}

/** What needs the user, then what does not work, then what does: as the page puts them. */
const urgency: WireGrant['state'][] = [
  'reauthorization_required',
  'refused',
  'expiring',
  'missing_scopes',
  'misconfigured',
  'unavailable',
  'connected',
  'paused',
]

function mostUrgent(grants: WireGrant[]): WireGrant['state'] | undefined {
  return urgency.find((state) => grants.some((grant) => grant.state === state))
}

function stateWithout(integration: Integration): WireIntegration['state'] {
  const { kind } = stateOf(integration, undefined, undefined)
  return kind === 'connecting' || kind === 'disconnected' ? kind : 'not_connected'
}

function scopesOf({ asks, optional, provider }: Integration): WireIntegration['scopes'] {
  const described = new Map(Object.entries(provider.scopeDescriptions))
  const toScope = (asked: 'always' | 'on_demand') => (name: string) => {
    const { title = null, access = null } = described.get(name) ?? {}
    return { name, title, access, asked }
  }
  return [...asks.map(toScope('always')), ...optional.map(toScope('on_demand'))]
}
