import { GrantkeeperError } from '#lib/errors'

/** Made by `npm run db:generate` from the SQL files beside it, so that a bundle carries them. */
export type Migration = { name: string; statements: readonly string[] }

/** Which migrations a database has had; its own table, the same on both dialects. */
export const ledger = {
  create:
    'create table if not exists schema_migrations (name text primary key, applied_at bigint not null)',
  read: 'select name from schema_migrations',
}

/** The database is older than this release. Its message is for the person who runs it. */
class MissingMigrations extends Error {
  override name = 'MissingMigrations'
}

/** @throws {GrantkeeperError} storage_unavailable when any are missing, with the sentence as its cause */
export function refuseMissing(pending: readonly Migration[]): void {
  const names = pending.map(({ name }) => name)
  if (names.length === 0) return
  const cause = new MissingMigrations(
    `The database lacks ${names.length} migration(s) (${names.join(', ')}). Run: npm run db:migrate`,
  )
  throw new GrantkeeperError('storage_unavailable', { cause })
}

/** By its name: what one copy of this module threw may be caught by another (lib/errors.ts). */
export function isMissingMigrations(error: unknown): boolean {
  const { cause } = error instanceof Error ? error : { cause: undefined }
  return cause instanceof Error && cause.name === 'MissingMigrations'
}

/** In the order in which they were made. Unknown names are a newer release's, and no harm. */
export function missing(all: readonly Migration[], applied: Iterable<string>): Migration[] {
  const names = new Set(applied)
  return all.filter(({ name }) => !names.has(name))
}
