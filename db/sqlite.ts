import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import Client from 'better-sqlite3'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { countInMemory } from './counters.ts'
import { groupCommit } from './group-commit.ts'
import type { Database, Handle } from './index.ts'
import { migrations } from './migrations/sqlite/all.ts'
import { ledger, missing, refuseMissing } from './migrations.ts'
import { type Columns, defineTables } from './schema.ts'
import { guardQueries, storing } from './storing.ts'

/** Opens the file of `url` (`file:…`, `file::memory:`), makes it if need be, and migrates it. */
export async function openSqlite(url: string): Promise<Database> {
  return storing(() => {
    const client = connect(url)
    const db = drizzle(client)
    guardQueries(db)
    const handle = db as unknown as Handle
    return {
      db: handle,
      tables: defineTables(columns),
      atomically: groupCommit(client, handle),
      clock: sql<number>`cast(unixepoch('subsec') * 1000 as integer)`,
      elements: (json) => sql`json_each(${json})`,
      forUpdate: sql``,
      assertMigrated: async () => storing(() => refuseMissing(pending(client))),
      counter: countInMemory,
      close: async () => void client.close(),
    }
  })
}

// The cast: callers see the types of Postgres, whose queries can only be awaited (see DESIGN.md).
export const columns = {
  table: sqliteTable,
  text,
  integer,
  time: integer,
  index,
  uniqueIndex,
} as unknown as Columns

function connect(url: string): Client.Database {
  const client = new Client(prepareFile(url), { timeout: busyTimeoutMs })
  try {
    client.pragma('journal_mode = WAL')
    // FULL, not WAL's usual NORMAL: that may lose the last commits in a power cut, and the lost one
    // could hold the only copy of a rotated refresh token, whose predecessor is already dead.
    client.pragma('synchronous = FULL')
    migrate(client)
    client.pragma('foreign_keys = ON')
    return client
  } catch (error) {
    client.close()
    throw error
  }
}

/** How long a statement waits for another process's write, milliseconds. This process waits with it. */
const busyTimeoutMs = 3_000

function prepareFile(url: string): string {
  const path = url.startsWith('file://') ? fileURLToPath(url) : url.slice('file:'.length)
  if (path === ':memory:') return path
  const file = resolve(path)
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  // SQLite gives its -wal and -shm files the mode of the main one.
  closeSync(openSync(file, 'a', 0o600))
  return file
}

/** Several processes may start at once: only the one that holds the write lock looks and migrates. */
function migrate(client: Client.Database): void {
  if (pending(client).length === 0) return
  client
    .transaction(() => {
      client.exec(ledger.create)
      const note = client.prepare('insert into schema_migrations values (?, ?)')
      for (const { name, statements } of pending(client)) {
        for (const statement of statements) client.exec(statement)
        note.run(name, Date.now())
      }
    })
    .immediate()
}

function pending(client: Client.Database) {
  const hasLedger = client
    .prepare("select 1 from sqlite_master where type = 'table' and name = 'schema_migrations'")
    .get()
  const applied = hasLedger ? client.prepare(ledger.read).pluck().all() : []
  return missing(migrations, applied as string[])
}
