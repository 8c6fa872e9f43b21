import { openDatabase } from '#db'
import { copyDatabase, createDatabase, startPostgres } from '../db/testing/embedded-postgres.ts'

export type DatabaseKind = 'sqlite' | 'postgres'

export type WorldDatabase = { named: { databaseUrl?: string }; stop: () => Promise<void> }

/** The database of a world: none to name for SQLite, whose worlds make a file; else a migrated one. */
export async function startDatabase(kind: DatabaseKind): Promise<WorldDatabase> {
  if (kind === 'sqlite') return { named: {}, stop: async () => {} }
  // Of the run's own server there are copies; a run that has none gets a server for this world alone.
  const template = process.env.E2E_POSTGRES_TEMPLATE
  if (template) return copyOf(template)
  const { url, stop } = await startPostgres()
  const databaseUrl = await createDatabase(url)
  await (await openDatabase(databaseUrl, { migrate: true })).close()
  return { named: { databaseUrl }, stop }
}

async function copyOf(template: string): Promise<WorldDatabase> {
  const { url, drop } = await copyDatabase(template)
  return { named: { databaseUrl: url }, stop: drop }
}
