import { openDatabase } from '#db'
import { createDatabase, startPostgres } from '../db/testing/embedded-postgres.ts'

export type DatabaseKind = 'sqlite' | 'postgres'

/** The database of a world: none to name for SQLite, whose worlds make a file; else a server with one. */
export async function startDatabase(
  kind: DatabaseKind,
): Promise<{ named: { databaseUrl?: string }; stop: () => Promise<void> }> {
  if (kind === 'sqlite') return { named: {}, stop: async () => {} }
  const { url, stop } = await startPostgres()
  const databaseUrl = await createDatabase(url)
  await (await openDatabase(databaseUrl, { migrate: true })).close()
  return { named: { databaseUrl }, stop }
}
