/** Made by `npm run db:generate` from the SQL files beside it, so that a bundle carries them. */
export type Migration = { name: string; statements: readonly string[] }

/** Which migrations a database has had; its own table, the same on both dialects. */
export const ledger = {
  create:
    'create table if not exists schema_migrations (name text primary key, applied_at bigint not null)',
  read: 'select name from schema_migrations',
}

/** In the order in which they were made. Unknown names are a newer release's, and no harm. */
export function missing(all: readonly Migration[], applied: Iterable<string>): Migration[] {
  const names = new Set(applied)
  return all.filter(({ name }) => !names.has(name))
}
