import { randomUUID } from 'node:crypto'
import type { GrantRow, Tables } from '../schema.ts'

/** A grant as it is after connecting, but for what the test says. */
export function grantRow(given: Partial<GrantRow> = {}): Tables['grants']['$inferInsert'] {
  const now = 1_800_000_000_123
  return {
    id: randomUUID(),
    userId: randomUUID(),
    provider: 'acme',
    accountId: 'acct-1',
    status: 'active',
    connectedAt: now,
    createdAt: now,
    updatedAt: now,
    ...given,
  }
}
