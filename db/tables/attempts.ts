import type { Columns } from './columns.ts'

/** Transactions that came back, so that none comes back twice. Kept until they would have expired. */
export function usedTransactions({ table, text, time, index }: Columns) {
  return table(
    'used_transactions',
    { id: text('id').primaryKey(), expiresAt: time('expires_at').notNull() },
    (row) => [index('used_transactions_expiry').on(row.expiresAt)],
  )
}

/** Codes that wait, unredeemed, for the SPA that asked. Sealed; named by the hash of their handle. */
export function completions({ table, text, time, index }: Columns) {
  return table(
    'completions',
    {
      hash: text('hash').primaryKey(),
      sealed: text('sealed').notNull(),
      sub: text('sub').notNull(),
      org: text('org').notNull(),
      expiresAt: time('expires_at').notNull(),
    },
    (row) => [index('completions_expiry').on(row.expiresAt)],
  )
}
