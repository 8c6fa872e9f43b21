import { columns } from '../postgres.ts'
import { defineTables } from '../schema.ts'

// drizzle-kit looks for tables among a module's exports.
export const {
  users,
  grants,
  usedTransactions,
  completions,
  pendingRevocations,
  events,
  vaultCanaries,
  providerStates,
  apiKeys,
  rateLimits,
  endedSessions,
} = defineTables(columns)
