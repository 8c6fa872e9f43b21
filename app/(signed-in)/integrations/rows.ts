import type { GrantView } from '#lib/integrations/grant-view'
import type { Integration } from '#lib/integrations/list'
import { type State, stateOf } from '#lib/integrations/state'
import { failureOf, type Returned } from './returned.ts'

/** One line of the list: an account that is connected, or a provider that is not. */
export type Row = {
  key: string
  integration: Integration
  grant: GrantView | undefined
  state: State
}

export type Group = 'attention' | 'interrupted' | 'connected' | 'available'

/** The rows by what they ask of the person; those that need something come first. */
export function groupRows(
  integrations: Integration[],
  returned: Returned | undefined,
): Record<Group, Row[]> {
  const groups: Record<Group, Row[]> = {
    ...{ attention: [], interrupted: [], connected: [], available: [] },
  }
  for (const integration of integrations)
    for (const row of rowsOf(integration, returned)) groups[groupOf(row.state)].push(row)
  return groups
}

function rowsOf(integration: Integration, returned: Returned | undefined): Row[] {
  const { provider, grants, connecting } = integration
  const rows: Row[] = grants.map((grant) => ({
    key: grant.id,
    integration,
    grant,
    state: stateOf(integration, grant, undefined),
  }))
  if (grants.length > 0 && !connecting) return rows
  const failure = returned?.integration === integration ? failureOf(returned) : undefined
  const state = stateOf(integration, undefined, failure)
  return [...rows, { key: provider.id, integration, grant: undefined, state }]
}

function groupOf(state: State): Group {
  switch (state.kind) {
    case 'not_connected':
    case 'disconnected':
      return 'available'
    case 'connected':
    case 'paused':
      return 'connected'
    case 'refused':
      return state.worksUntil ? 'connected' : 'attention'
    case 'unavailable':
    case 'misconfigured':
      return state.worksUntil ? 'connected' : 'interrupted'
    default:
      return 'attention'
  }
}
