import { randomUUID } from 'node:crypto'
import { and, eq, inArray } from 'drizzle-orm'
import { expect, test } from 'vitest'
import type { Database } from '#db'
import { onEachDialect } from './testing/dialects.ts'
import { grantRow } from './testing/rows.ts'

onEachDialect('atomically', (open) => {
  test('what touches the expected rows is committed', async () => {
    const database = await open()
    const { id, event, atomically } = await withGrant(database)
    const done = await atomically((tx) => [
      { query: bump(database, tx, { id, version: 1 }), expect: 1 },
      { query: tx.insert(database.tables.events).values(event), expect: 1 },
      { query: tx.delete(database.tables.pendingRevocations), expect: 'any' },
    ])
    expect(done).toBe(true)
    expect(await versionOf(database, id)).toBe(2)
    expect(await hasEvent(database, event.id)).toBe(true)
  })

  test('when one does not, all of it is rolled back', async () => {
    const database = await open()
    const { id, event, atomically } = await withGrant(database)
    const done = await atomically((tx) => [
      { query: tx.insert(database.tables.events).values(event), expect: 1 },
      { query: bump(database, tx, { id, version: 9 }), expect: 1 },
    ])
    expect(done).toBe(false)
    expect(await versionOf(database, id)).toBe(1)
    expect(await hasEvent(database, event.id)).toBe(false)
  })

  test('a broken unique index is a miss, and the connection is good afterwards', async () => {
    const database = await open()
    const { id, event, atomically } = await withGrant(database)
    const again = () =>
      atomically((tx) => [
        { query: bump(database, tx, { id, version: 1 }), expect: 1 },
        { query: tx.insert(database.tables.grants).values(grantRow({ id })), expect: 1 },
      ])
    for (let times = 0; times < 12; times++) expect(await again()).toBe(false)
    expect(await versionOf(database, id)).toBe(1)
    const fine = await atomically((tx) => [
      { query: tx.insert(database.tables.events).values(event).returning(), expect: 1 },
    ])
    expect(fine).toBe(true)
  })

  test('of twenty guarded updates at once, from two handles, one wins', async () => {
    const [one, two] = [await open(), await open()]
    const { id } = await withGrant(one)
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, n) => {
        const database = n % 2 ? one : two
        return database.atomically((tx) => [
          { query: bump(database, tx, { id, version: 1 }), expect: 1 },
          { query: tx.insert(database.tables.events).values(eventRow()), expect: 1 },
        ])
      }),
    )
    expect(results.filter(Boolean)).toHaveLength(1)
    expect(await versionOf(one, id)).toBe(2)
  })

  test('a foreign statement does not land inside a transaction', async () => {
    const database = await open()
    const { db, tables, atomically } = database
    const foreign = Array.from({ length: 50 }, eventRow)
    const rolledBack = Array.from({ length: 50 }, eventRow)
    await Promise.all(
      foreign.flatMap((event, n) => [
        atomically((tx) => [
          { query: tx.insert(tables.events).values(rolledBack[n] ?? eventRow()), expect: 1 },
          { query: tx.delete(tables.events).where(eq(tables.events.id, 'nobody')), expect: 1 },
        ]),
        db.insert(tables.events).values(event),
      ]),
    )
    const stored = await db
      .select({ id: tables.events.id })
      .from(tables.events)
      .where(
        inArray(
          tables.events.id,
          [...foreign, ...rolledBack].map(({ id }) => id),
        ),
      )
    expect(stored.map(({ id }) => id).sort()).toEqual(foreign.map(({ id }) => id).sort())
  })

  test('an error while building is the caller’s own, and nothing has run', async () => {
    const { atomically } = await open()
    const building = atomically(() => {
      throw new Error('mine')
    })
    await expect(building).rejects.toThrow('mine')
  })
})

async function withGrant(database: Database) {
  const { id } = grantRow()
  await database.db.insert(database.tables.grants).values(grantRow({ id }))
  return { id, event: eventRow(), atomically: database.atomically }
}

function eventRow() {
  return { id: randomUUID(), userId: 'u', type: 'connected', actor: 'user', createdAt: 1 }
}

function bump(
  { tables: { grants } }: Database,
  tx: Database['db'],
  { id, version }: { id: string; version: number },
) {
  return tx
    .update(grants)
    .set({ version: version + 1 })
    .where(and(eq(grants.id, id), eq(grants.version, version)))
    .returning({ id: grants.id })
}

async function versionOf({ db, tables: { grants } }: Database, id: string) {
  const [row] = await db.select({ version: grants.version }).from(grants).where(eq(grants.id, id))
  return row?.version
}

async function hasEvent({ db, tables: { events } }: Database, id: string) {
  return (await db.select().from(events).where(eq(events.id, id))).length === 1
}
