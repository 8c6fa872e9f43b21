import pg from 'pg'
import { openRows, type Rows, type Table } from './rows.ts'
import type { World } from './world.ts'

/**
 * As on a full disk: what is there can be read, and the database refuses to write to a table.
 * @returns what ends that
 */
export async function refuseWrites(
  { dialect, execute }: Rows,
  { operation, table }: { operation: 'insert' | 'update'; table: Table },
): Promise<() => Promise<void>> {
  const trigger = `create trigger full before ${operation} on ${table}`
  if (dialect === 'sqlite') {
    await execute(`${trigger} begin select raise(abort, 'disk full'); end`)
    return () => execute('drop trigger full')
  }
  const body = "begin raise exception 'disk full'; end"
  await execute(`create function full_disk() returns trigger language plpgsql as $$ ${body} $$`)
  await execute(`${trigger.replace('full', '"full"')} for each row execute function full_disk()`)
  return () => execute('drop function full_disk cascade')
}

/**
 * Somebody else holds all tables: they can be read, and whoever writes waits in vain, not for long.
 * @returns what lets go
 */
export async function lockTables({ env }: World): Promise<() => Promise<void>> {
  const url = env.DATABASE_URL ?? ''
  if (url.startsWith('file:')) {
    const { execute, close } = openRows(url)
    await execute('begin exclusive')
    return close
  }
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await setForAll(client, 'set lock_timeout = 1500')
  await client.query('begin; lock table users, used_transactions, grants, events in exclusive mode')
  return async () => {
    await client.query('rollback')
    await setForAll(client, 'reset lock_timeout')
    await client.end()
  }
}

/** It holds for new sessions, so that the old ones are ended. */
async function setForAll(client: pg.Client, setting: string): Promise<void> {
  await client.query(`alter database ${client.database} ${setting}`)
  await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()`,
  )
}
