import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { bigint, index, integer, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core'
import pg from 'pg'
import { type Atomically, compile, isMiss, type Statement } from './atomically.ts'
import { countForAll } from './counters.ts'
import type { Database, Handle, Opening } from './index.ts'
import { migrations } from './migrations/postgres/all.ts'
import { ledger, type Migration, missing, refuseMissing } from './migrations.ts'
import { defineTables } from './schema.ts'
import { guardQueries, isUniqueViolation, storing } from './storing.ts'

/**
 * Opens a small pool. Prepare queries as `.prepare('')`: a named one breaks behind a pooler.
 * @throws {GrantkeeperError} storage_unavailable, with the sentence to read as its cause's message
 */
export async function openPostgres(url: string, { migrate, isOneOfMany }: Opening) {
  const pool = connect(url, migrate ? migrating : isOneOfMany ? inFunctions : onServers)
  try {
    await storing(() => (migrate ? migrateAll(pool) : assertMigrated(pool)))
  } catch (error) {
    await pool.end()
    throw error
  }
  const db = drizzle(pool)
  guardQueries(db)
  const close = () => pool.end()
  return {
    db,
    tables: defineTables(columns),
    atomically: atomicallyOn(pool, db),
    clock,
    elements: (json) => sql`json_array_elements(${json}::json)`,
    forUpdate: sql`for update`,
    counter: countForAll(pool),
    assertMigrated: () => storing(() => assertMigrated(pool)),
    close,
  } satisfies Database
}

/** Not now(), which stands still during a transaction. */
const clock = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`.mapWith(Number)

const time = <Name extends string>(name: Name) => bigint(name, { mode: 'number' })

export const columns = { table: pgTable, text, integer, time, index, uniqueIndex }

/**
 * Nothing is kept in a session (no SET, no LISTEN, no named statement), and no startup parameter is
 * sent: poolers such as PgBouncer hand sessions round, and refuse parameters that they do not know.
 */
function connect(url: string, size: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    // As long as a query may take: in a storm, hundreds wait here for five connections.
    connectionTimeoutMillis: 10_000,
    query_timeout: 10_000,
    keepAlive: true,
    ...size,
  })
  // Without listeners a lost connection would end the process. Its query fails, if it had one.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

const onServers: pg.PoolConfig = { max: 5 }
/** A function may be frozen for minutes once it has answered: what it kept open may be dead by then. */
const inFunctions: pg.PoolConfig = { max: 3, idleTimeoutMillis: 5_000 }
/** As long as a migration, or the wait for another that is on, may take. */
const migrating: pg.PoolConfig = { max: 1, query_timeout: 600_000 }

function atomicallyOn(pool: pg.Pool, handle: Handle): Atomically {
  return async (build) => {
    const statements = compile(build(handle))
    return storing(() => onOneClient(pool, (client) => commitAll(client, statements)))
  }
}

/** What fails leaves its connection in doubt: it is closed, and the server rolls back. */
async function onOneClient<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>) {
  const client = await pool.connect()
  try {
    const result = await work(client)
    client.release()
    return result
  } catch (error) {
    client.release(true)
    throw error
  }
}

async function commitAll(client: pg.PoolClient, statements: Statement[]): Promise<boolean> {
  await client.query('begin; set local statement_timeout = 8000')
  const isHit = await touchAll(client, statements)
  await client.query(isHit ? 'commit' : 'rollback')
  return isHit
}

async function touchAll(client: pg.PoolClient, statements: Statement[]): Promise<boolean> {
  try {
    for (const statement of statements) {
      const { rowCount } = await client.query(statement.sql, statement.params)
      if (isMiss(statement, rowCount ?? 0)) return false
    }
    return true
  } catch (error) {
    if (isUniqueViolation(error)) return false
    throw error
  }
}

async function assertMigrated(pool: pg.Pool): Promise<void> {
  refuseMissing(await pending(pool))
}

async function migrateAll(pool: pg.Pool): Promise<void> {
  await onOneClient(pool, async (client) => {
    await client.query('begin')
    // One migrates, the others wait here and then find nothing to do. The number is ours, no more.
    await client.query('select pg_advisory_xact_lock(7237128)')
    await client.query(ledger.create)
    for (const { name, statements } of await pending(client)) {
      for (const statement of statements) await client.query(statement)
      await client.query('insert into schema_migrations values ($1, $2)', [name, Date.now()])
    }
    await client.query('commit')
  })
}

async function pending(client: pg.Pool | pg.PoolClient): Promise<Migration[]> {
  const found = await client.query("select to_regclass('schema_migrations') is not null as found")
  const applied = found.rows[0]?.found ? (await client.query(ledger.read)).rows : []
  return missing(
    migrations,
    applied.map(({ name }) => String(name)),
  )
}
