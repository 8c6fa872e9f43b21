import { existsSync, readFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import pg from 'pg'
import type { DatabaseKind } from './databases.ts'

/** A row as the database has it: snake_case columns, times in ms since the epoch. */
export type Row = Record<string, string | number | null>

export type Table =
  | 'users'
  | 'grants'
  | 'used_transactions'
  | 'completions'
  | 'pending_revocations'
  | 'events'
  | 'vault_canaries'
  | 'provider_states'
  | 'api_keys'
  | 'rate_limits'
  | 'ended_sessions'

/** The app's database, seen from outside the app. */
export type Rows = {
  dialect: DatabaseKind
  all: (table: Table) => Promise<Row[]>
  /** One statement, to arrange what a test needs. */
  execute: (sql: string) => Promise<void>
  /** Everything in it as text, journals and freed pages included where they are files. */
  dump: () => Promise<string>
  /** Forgets all but users and canaries, and lets every user in again. */
  clear: () => Promise<void>
  close: () => Promise<void>
}

// Grants before events: a use that the app stores in between has no grant any more, and is not told.
const forgotten = [
  'pending_revocations',
  'grants',
  'events',
  'used_transactions',
  'completions',
  'provider_states',
  'api_keys',
  'rate_limits',
  'ended_sessions',
]

/** @param databaseUrl as in DATABASE_URL: `file:…` or `postgres://…` */
export function openRows(databaseUrl: string): Rows {
  const connection = databaseUrl.startsWith('file:')
    ? sqlite(databaseUrl.slice('file:'.length))
    : postgres(databaseUrl)
  return {
    ...connection,
    async clear() {
      for (const table of forgotten) await connection.execute(`delete from ${table}`)
      await connection.execute('update users set disabled_at = null')
    },
  }
}

function sqlite(path: string): Omit<Rows, 'clear'> {
  const database = new Database(path, { timeout: 5000 })
  return {
    dialect: 'sqlite',
    all: async (table) => database.prepare<[], Row>(`select * from ${table}`).all(),
    execute: async (sql) => void database.exec(sql),
    dump: async () => ['', '-wal', '-journal'].map((suffix) => contentOf(path + suffix)).join('\n'),
    close: async () => void database.close(),
  }
}

function postgres(connectionString: string): Omit<Rows, 'clear'> {
  const pool = new pg.Pool({ connectionString, max: 2 })
  // The server may stop before the last socket is closed: that is no error of any test.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  const all = async (table: string): Promise<Row[]> =>
    (await pool.query(`select * from ${table}`)).rows.map(withNumbers)
  return {
    dialect: 'postgres',
    all,
    execute: async (sql) => void (await pool.query(sql)),
    async dump() {
      const tables = await pool.query<{ name: string }>(
        "select quote_ident(tablename) as name from pg_tables where schemaname = 'public'",
      )
      return JSON.stringify(await Promise.all(tables.rows.map(({ name }) => all(name))))
    },
    close: () => pool.end(),
  }
}

function contentOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'latin1') : ''
}

/** Postgres gives bigint as text; ids and tokens are never digits alone. */
function withNumbers(row: Row): Row {
  const entries = Object.entries(row).map(([name, value]) => [
    name,
    typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value,
  ])
  return Object.fromEntries(entries)
}
