import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Client from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { groupCommit } from './group-commit.ts'
import type { Handle } from './index.ts'
import { defineTables } from './schema.ts'
import { columns, openSqlite } from './sqlite.ts'

const { events } = defineTables(columns)

let folder: string
let client: Client.Database
let statements: unknown[]
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'grantkeeper-group-'))
  const file = join(folder, 'test.db')
  await (await openSqlite(`file:${file}`)).close()
  statements = []
  client = new Client(file, { verbose: (sql) => statements.push(sql) })
})
afterEach(() => {
  client.close()
  rmSync(folder, { recursive: true })
})

const atomically = () => groupCommit(client, drizzle(client) as unknown as Handle)
const event = (id: string = randomUUID()) => ({
  ...{ id, userId: 'u', provider: 'acme', type: 'used', actor: 'job', createdAt: 1 },
})
const stored = () => client.prepare('select id from events order by id').pluck().all()

test('what is asked for in one turn is committed together', async () => {
  const run = atomically()
  const insert = () => run((tx) => [{ query: tx.insert(events).values(event()), expect: 1 }])
  expect(await Promise.all(Array.from({ length: 20 }, insert))).toEqual(Array(20).fill(true))
  expect(statements.filter((sql) => sql === 'COMMIT')).toHaveLength(1)
  expect(stored()).toHaveLength(20)
})

test('one that misses takes none of the others with it', async () => {
  const run = atomically()
  const ids = ['a', 'b', 'a', 'c']
  const done = ids.map((id) =>
    run((tx) => [
      {
        query: tx
          .insert(events)
          .values(event(`${id}-2`))
          .onConflictDoNothing(),
        expect: 'any',
      },
      { query: tx.insert(events).values(event(id)), expect: 1 },
    ]),
  )
  expect(await Promise.all(done)).toEqual([true, true, false, true])
  expect(stored()).toEqual(['a', 'a-2', 'b', 'b-2', 'c', 'c-2'])
})

test('a mistake in one of them is told to its own caller alone', async () => {
  const run = atomically()
  const wrong = { toSQL: () => ({ sql: 'insert into events (id) values (null)', params: [] }) }
  const [good, bad, other] = await Promise.allSettled([
    run((tx) => [{ query: tx.insert(events).values(event('good')), expect: 1 }]),
    run((tx) => [
      { query: tx.insert(events).values(event('lost')), expect: 1 },
      { query: wrong, expect: 1 },
    ]),
    run((tx) => [{ query: tx.insert(events).values(event('other')), expect: 1 }]),
  ])
  expect([good, other]).toMatchObject([{ value: true }, { value: true }])
  expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'server_error' } })
  expect(stored()).toEqual(['good', 'other'])
})

test('where the database does not take the group, all of it is told so', async () => {
  const run = atomically()
  const insert = (id: string) =>
    run((tx) => [{ query: tx.insert(events).values(event(id)), expect: 1 }])
  client.pragma('query_only = on')
  const outcomes = await Promise.allSettled([insert('a'), insert('b')])
  client.pragma('query_only = off')
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(stored()).toEqual([])
  expect(await insert('a')).toBe(true)
})
