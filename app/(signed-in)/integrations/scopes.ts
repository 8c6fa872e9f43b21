import type { GrantView } from '#lib/integrations/grant-view'
import type { Integration } from '#lib/integrations/list'

export type ScopeView = {
  scope: string
  /** In plain words; undefined where the catalogue has none and only the raw scope can be shown. */
  title: string | undefined
  access: 'read' | 'write' | undefined
  standing: 'granted' | 'missing' | 'extra' | 'asked'
}

/** What a grant may do and may not, as the provider said it. */
export function grantedScopes(integration: Integration, grant: GrantView): ScopeView[] {
  const granted = grant.scope.filter((scope) => !grant.extra.includes(scope))
  return [
    ...granted.map((scope) => view(integration, scope, 'granted')),
    ...grant.missing.map((scope) => view(integration, scope, 'missing')),
    ...grant.extra.map((scope) => view(integration, scope, 'extra')),
  ]
}

/** Scopes that will be asked for. */
export function scopesOf(integration: Integration, scopes: string[]): ScopeView[] {
  return scopes.map((scope) => view(integration, scope, 'asked'))
}

/** A scope in plain words, or as it is. */
export function scopeTitle(integration: Integration, scope: string): string {
  return describe(integration, scope)?.title ?? scope
}

function view(integration: Integration, scope: string, standing: ScopeView['standing']): ScopeView {
  const described = describe(integration, scope)
  return { scope, title: described?.title, access: described?.access, standing }
}

function describe({ provider }: Integration, scope: string) {
  return Object.hasOwn(provider.scopeDescriptions, scope)
    ? provider.scopeDescriptions[scope]
    : undefined
}
