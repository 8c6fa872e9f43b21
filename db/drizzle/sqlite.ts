import { defineTables } from '../schema.ts'
import { columns } from '../sqlite.ts'

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
