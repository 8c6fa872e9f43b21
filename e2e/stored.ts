import type { Row, Rows, Table } from './rows.ts'

const tables = [
  'users',
  'grants',
  'used_transactions',
  'completions',
  'pending_revocations',
  'events',
  'vault_canaries',
  'provider_states',
  'api_keys',
] as const satisfies readonly Table[]

/** All that the database holds, to be compared with what it holds later. */
export async function stored({ all }: Rows): Promise<Record<string, Row[]>> {
  const entries = tables.map(async (table) => [table, await all(table)] as const)
  return Object.fromEntries(await Promise.all(entries))
}
