import type { SQL, SQLWrapper } from 'drizzle-orm'
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'
import type { RateLimiterAbstract } from 'rate-limiter-flexible'
import { env, hasDurableDatabase, SettingsError } from '#lib/env'
import { oncePerProcess } from '#lib/process'
import type { Atomically } from './atomically.ts'
import type { Tables } from './schema.ts'

/**
 * The database of this process, opened on first use from `DATABASE_URL`. If that fails, the next call
 * tries again.
 * @throws {GrantkeeperError} storage_unavailable; so do all queries when the database cannot answer
 */
export function database(): Promise<Database> {
  const slot = oncePerProcess('database', (): { opened?: Promise<Database> } => ({}))
  slot.opened ??= openOwn().catch((error) => {
    delete slot.opened
    throw error
  })
  return slot.opened
}

async function openOwn(): Promise<Database> {
  if (!hasDurableDatabase()) return (await import('./no-sqlite.ts')).openSqlite()
  return openDatabase(env().DATABASE_URL, { isOneOfMany: Boolean(env().VERCEL) })
}

/**
 * Opens a database of one's own, for scripts and tests; to be closed. SQLite is always migrated,
 * Postgres only if asked to. Only the driver that is used is loaded.
 */
export async function openDatabase(url: string, options: Opening = {}): Promise<Database> {
  if (!url.startsWith('file:')) return (await import('./postgres.ts')).openPostgres(url, options)
  refuseOldNode()
  return (await import('#db/sqlite')).openSqlite(url)
}

export type Opening = {
  migrate?: boolean
  /** As a function at Vercel is, of which a busy hour starts hundreds: each keeps few connections. */
  isOneOfMany?: boolean
}

export type Database = {
  db: Handle
  tables: Tables
  atomically: Atomically
  /**
   * The database's own time, in milliseconds: what instances have in common. Leases and lifetimes are
   * measured with it, since the clocks of machines differ.
   */
  clock: SQL<number>
  /** The elements of a JSON array as rows, each in the column `value`, of which `->>` reads: many rows by one query. */
  elements: (json: SQLWrapper) => SQL
  /** Behind a query: its rows are locked, in its order, until the transaction ends. SQLite has one writer. */
  forUpdate: SQL
  /** Asks the database which migrations it has had. @throws {GrantkeeperError} storage_unavailable */
  assertMigrated: () => Promise<void>
  /** Makes what counts calls: on Postgres for all instances together, on SQLite for this process. */
  counter: (limit: Limit) => RateLimiterAbstract
  close: () => Promise<void>
}

/** So many calls within so many seconds. The name tells its rows from those of other limits. */
export type Limit = { name: string; calls: number; windowS: number }

/**
 * What both dialects have in common. Queries are awaited; a query without `returning` tells nothing,
 * since the drivers would tell different things.
 */
export type Handle = Pick<
  PgDatabase<NothingTold>,
  'select' | 'selectDistinct' | 'insert' | 'update' | 'delete'
>

interface NothingTold extends PgQueryResultHKT {
  type: unknown
}

/** better-sqlite3 needs Node-API 10. Below it the process would crash, without a word. */
function refuseOldNode(): void {
  if (Number(process.versions.napi) >= 10) return
  throw new SettingsError([
    `DATABASE_URL names an SQLite file, for which Node ${process.versions.node} is too old: start with npm run (which brings its own Node), or use Node 22.14 or newer, or a postgres:// URL`,
  ])
}
