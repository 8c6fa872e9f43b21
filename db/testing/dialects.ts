import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, inject } from 'vitest'
import { type Database, openDatabase } from '#db'
import { createDatabase } from './embedded-postgres.ts'

/**
 * Runs the tests of `body` on SQLite (a file) and on Postgres (a server). Each call of `open` gives
 * another handle on one fresh database; all are closed at the end.
 */
export function onEachDialect(
  name: string,
  body: (open: () => Promise<Database>, dialect: 'sqlite' | 'postgres') => void,
): void {
  describe.each(['sqlite', 'postgres'] as const)(`${name} (%s)`, (dialect) => {
    const opened: Database[] = []
    let fresh: Promise<FreshDatabase> | undefined
    afterAll(async () => {
      await Promise.all(opened.map((database) => database.close()))
      ;(await fresh)?.remove()
    })
    body(async () => {
      fresh ??= dialect === 'sqlite' ? Promise.resolve(freshFile()) : freshOnServer()
      const database = await openDatabase((await fresh).url, { migrate: true })
      opened.push(database)
      return database
    }, dialect)
  })
}

/** A URL for a new SQLite file in a temporary folder, and how to remove that. */
export function freshFile(): FreshDatabase {
  const folder = mkdtempSync(join(tmpdir(), 'grantkeeper-test-'))
  return {
    url: `file:${join(folder, 'test.db')}`,
    remove: () => rmSync(folder, { recursive: true }),
  }
}

type FreshDatabase = { url: string; remove: () => void }

async function freshOnServer(): Promise<FreshDatabase> {
  return { url: await createDatabase(inject('postgresUrl')), remove: () => {} }
}
