import { execFile, spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import Client from 'better-sqlite3'
import { expect, inject, onTestFinished, test, vi } from 'vitest'
import { openDatabase } from '#db'
import { openRows } from '#e2e/rows'
import { migrations } from './migrations/sqlite/all.ts'
import { isMissingMigrations } from './migrations.ts'
import { freshFile } from './testing/dialects.ts'
import { createDatabase } from './testing/embedded-postgres.ts'

const openOnce = join(import.meta.dirname, 'testing/open.ts')

test('six processes that start at once on a new SQLite file migrate it once', async () => {
  const { url, remove } = freshFile()
  onTestFinished(remove)
  const run = promisify(execFile)
  await Promise.all(Array.from({ length: 6 }, () => run(process.execPath, [openOnce, url])))
  const client = new Client(url.slice('file:'.length))
  expect(client.prepare('select name from schema_migrations order by name').all()).toEqual(
    migrations.map(({ name }) => ({ name })),
  )
  client.close()
})

test('six that migrate one Postgres database at once migrate it once', async () => {
  const url = await createDatabase(inject('postgresUrl'))
  const open = () => openDatabase(url, { migrate: true })
  const databases = await Promise.all(Array.from({ length: 6 }, open))
  await Promise.all(databases.map((database) => database.close()))
})

test('the SQLite file is this user’s alone, durable, and its folder is made', async () => {
  const { url, remove } = freshFile()
  onTestFinished(remove)
  const database = await openDatabase(url.replace('test.db', 'a/b/test.db'))
  const file = url.slice('file:'.length).replace('test.db', 'a/b/test.db')
  for (const ending of ['', '-wal', '-shm'])
    expect((statSync(file + ending).mode & 0o777).toString(8)).toBe('600')
  await database.close()
  const client = new Client(file)
  expect(client.pragma('journal_mode', { simple: true })).toBe('wal')
  client.close()
})

test('an old Node is told in words, before the driver could crash it', async () => {
  vi.spyOn(process, 'versions', 'get').mockReturnValue({
    ...process.versions,
    napi: '9',
    node: '20.19.5',
  })
  await expect(openDatabase('file::memory:')).rejects.toThrow(/Node 20\.19\.5 is too old/)
})

test.each(['sqlite', 'postgres'])(
  '%s tells missing migrations, also while it is open',
  async (dialect) => {
    const fresh = freshFile()
    onTestFinished(fresh.remove)
    const url = dialect === 'sqlite' ? fresh.url : await createDatabase(inject('postgresUrl'))
    const database = await openDatabase(url, { migrate: true })
    onTestFinished(database.close)
    await database.assertMigrated()
    const rows = openRows(url)
    // As after an older backup was restored.
    await rows.execute("delete from schema_migrations where name = '0000_first'")
    await rows.close()
    const error: unknown = await database.assertMigrated().catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'storage_unavailable' })
    expect(isMissingMigrations(error)).toBe(true)
    expect(String((error as Error).cause)).toContain('1 migration(s) (0000_first)')
  },
)

test('a driver that is not used is not loaded', () => {
  const script = `
    const { createRequire } = await import('node:module')
    const { openDatabase } = await import('#db')
    await openDatabase('file::memory:')
    console.log(Object.keys(createRequire('/').cache).some((file) => file.includes('/pg/')))`
  const ran = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: join(import.meta.dirname, '..'),
    encoding: 'utf8',
  })
  expect(ran.stdout.trim()).toBe('false')
})

test('the migrations are those that the schema asks for', () => {
  const script = join(import.meta.dirname, '../scripts/db-generate.ts')
  const ran = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' })
  expect(ran).toMatchObject({ status: 0, stderr: '' })
}, 60_000)
