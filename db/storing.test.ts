import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Client from 'better-sqlite3'
import { sql } from 'drizzle-orm'
import { expect, inject, onTestFinished, test } from 'vitest'
import { openDatabase } from '#db'
import { GrantkeeperError } from '#lib/errors'
import { migrations } from './migrations/postgres/all.ts'
import { freshFile, onEachDialect } from './testing/dialects.ts'
import { createDatabase } from './testing/embedded-postgres.ts'
import { grantRow } from './testing/rows.ts'

test('a locked file is storage_unavailable, for a query and for a transaction', async () => {
  const { url, database } = await openFile()
  const other = new Client(url.slice('file:'.length))
  other.exec('begin immediate')
  const { db, tables, atomically } = database
  const row = grantRow({ accessToken: 'gk1.secret' })
  const error = await caught(db.insert(tables.grants).values(row))
  expect(error).toMatchObject({ code: 'storage_unavailable', retryAfterS: 5 })
  expect(error.cause).toMatchObject({ code: 'SQLITE_BUSY' })
  const query = db.insert(tables.grants).values(row)
  expect(await caught(atomically(() => [{ query, expect: 1 }]))).toMatchObject({
    code: 'storage_unavailable',
  })
  expect(await db.select().from(tables.grants)).toEqual([])
  other.exec('rollback')
  other.close()
  expect(await atomically(() => [{ query, expect: 1 }])).toBe(true)
})

test('a file that cannot be a database, or not be opened, is storage_unavailable', async () => {
  const { url } = await openFile()
  const folder = join(dirname(url.slice('file:'.length)), 'folder')
  mkdirSync(folder)
  const error = await caught(openDatabase(`file:${folder}`))
  expect(error.code).toBe('storage_unavailable')
})

test('a server that is not there is storage_unavailable', async () => {
  const error = await caught(openDatabase('postgres://nobody@127.0.0.1:1/none'))
  expect(error).toMatchObject({
    code: 'storage_unavailable',
    cause: { code: 'ECONNREFUSED' },
  })
})

test('a lost connection is storage_unavailable, and the next query works', async () => {
  const url = await createDatabase(inject('postgresUrl'))
  const database = await openDatabase(url, { migrate: true })
  onTestFinished(() => database.close())
  const { db, tables } = database
  const end = db
    .select({ ended: sql`pg_terminate_backend(pg_backend_pid())` })
    .from(sql`(select 1)`)
  expect(await caught(end)).toMatchObject({ code: 'storage_unavailable' })
  expect(await db.select().from(tables.users)).toEqual([])
})

test('a Postgres without the migrations says what to run', async () => {
  const url = await createDatabase(inject('postgresUrl'))
  const error = await caught(openDatabase(url))
  expect(error.code).toBe('storage_unavailable')
  const lacks = `lacks ${migrations.length} migration`
  expect(String(error.cause)).toContain(lacks)
  expect(String(error.cause)).toMatch(/migration.*npm run db:migrate/)
})

onEachDialect('an error of the database', (open) => {
  test('a mistake of ours is server_error, and no error quotes a parameter', async () => {
    const { db, tables } = await open()
    const row = grantRow({ accessToken: 'gk1.secret' })
    await db.insert(tables.grants).values(row)
    for (const query of [
      db.insert(tables.grants).values(row),
      db.insert(tables.grants).values({ ...row, id: null as unknown as string }),
    ]) {
      const error = await caught(query)
      expect(error.code).toBe('server_error')
      expect(`${error} ${error.cause}`).not.toContain('gk1.secret')
    }
  })
})

async function openFile() {
  const { url, remove } = freshFile()
  const database = await openDatabase(url)
  onTestFinished(() => database.close().then(remove))
  return { url, database }
}

/** The error that the promise is rejected with. */
async function caught(promise: PromiseLike<unknown>): Promise<GrantkeeperError> {
  const error = await Promise.resolve(promise).catch((error: unknown) => error)
  if (!(error instanceof GrantkeeperError)) throw new Error('expected a GrantkeeperError')
  return error
}
