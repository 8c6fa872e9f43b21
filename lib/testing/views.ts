import type { GrantView } from '../integrations/grant-view.ts'
import type { Integration } from '../integrations/list.ts'

/** A grant that works, read at one fixed moment, but for what the test says. */
export function grantView(given: Partial<GrantView> = {}): GrantView {
  return {
    id: '5f0c2a4e-0000-4000-8000-000000000001',
    provider: 'acme',
    account: 'Ada',
    identity: { id: 'acct-1', label: 'Ada' },
    status: 'active',
    reason: null,
    since: at(-3000),
    changedAt: at(-2000),
    pausedAt: null,
    lastUsedAt: null,
    lastUsedBy: null,
    lastRefreshedAt: null,
    accessUntil: null,
    lastsUntil: null,
    trouble: null,
    refusedSince: null,
    disconnectedAt: null,
    scope: ['a'],
    missing: [],
    extra: [],
    revocation: null,
    readAt: at(0),
    ...given,
  }
}

/** Acme with nothing connected, but for what the test says. */
export function integrationView(given: Partial<Integration> = {}): Integration {
  return {
    provider: { id: 'acme', name: 'Acme', manage: '', docs: '', scopeDescriptions: {} },
    asks: ['a'],
    optional: [],
    connecting: undefined,
    grants: [],
    past: [],
    ...given,
  }
}

/** So many milliseconds after the moment at which views of tests are read. */
export function at(ms: number): Date {
  return new Date(Date.UTC(2026, 10, 22, 12) + ms)
}
