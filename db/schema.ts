import { completions, usedTransactions } from './tables/attempts.ts'
import { apiKeys, endedSessions, users } from './tables/callers.ts'
import type { Columns } from './tables/columns.ts'
import { grants, pendingRevocations } from './tables/grants.ts'
import { events, providerStates, rateLimits, vaultCanaries } from './tables/operations.ts'

export type { Columns } from './tables/columns.ts'

/**
 * The tables, once for both dialects. Times are milliseconds since the epoch, JSON is text, ids are
 * UUIDs as text. What is called sealed has been through the vault and says nothing without its key.
 */
export function defineTables(columns: Columns) {
  return {
    users: users(columns),
    grants: grants(columns),
    usedTransactions: usedTransactions(columns),
    completions: completions(columns),
    pendingRevocations: pendingRevocations(columns),
    events: events(columns),
    vaultCanaries: vaultCanaries(columns),
    providerStates: providerStates(columns),
    apiKeys: apiKeys(columns),
    rateLimits: rateLimits(columns),
    endedSessions: endedSessions(columns),
  }
}

export type Tables = ReturnType<typeof defineTables>
export type UserRow = Tables['users']['$inferSelect']
export type GrantRow = Tables['grants']['$inferSelect']
export type PendingRevocationRow = Tables['pendingRevocations']['$inferSelect']
export type EventRow = Tables['events']['$inferSelect']
export type ProviderStateRow = Tables['providerStates']['$inferSelect']
export type ApiKeyRow = Tables['apiKeys']['$inferSelect']
export type GrantStatus = GrantRow['status']
