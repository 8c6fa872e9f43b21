import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import type { Database } from '#db'
import { onEachDialect } from '#db/testing/dialects'
import { grantRow } from '#db/testing/rows'
import { addUser } from '../testing/database.ts'
import { stubSettings } from '../testing/settings.ts'
import { storing, type Uses } from './use-writes.ts'

stubSettings()

onEachDialect('storing uses', (open) => {
  const given = async (grants = 1) => {
    const database = await open()
    const user = await addUser(database)
    const rows = Array.from({ length: grants }, (_, n) =>
      grantRow({ userId: user.id, accountId: `account${n}`, lastUsedAt: null }),
    )
    await database.db.insert(database.tables.grants).values(rows)
    const of = rows.map(({ id, provider }): Uses => {
      const by = { caller: 'Nightly', actor: 'job' as const }
      return { ...by, grantId: id, userId: user.id, provider, minute: 60_000, times: 1 }
    })
    return { database, of, use: of[0] as Uses }
  }

  test('each caller and minute is a row, and the last that used it stands at the grant', async () => {
    const { database, use } = await given()
    const later = { ...use, minute: 120_000 }
    const uses = [use, { ...use, actor: 'user' as const }, { ...later, caller: 'Hourly' }, later]
    const begun = Date.now()
    expect(await store(database, uses)).toBe(true)
    const told = await eventsOf(database, use.grantId)
    const line = (caller: string, actor: string, createdAt: number) =>
      expect.objectContaining({
        ...{ type: 'used', times: 1, actor, createdAt, detail: JSON.stringify({ caller }) },
        ...{ userId: use.userId, provider: use.provider },
      })
    expect(told).toHaveLength(4)
    expect(told).toEqual(
      expect.arrayContaining([
        line('Hourly', 'job', 120_000),
        line('Nightly', 'job', 60_000),
        line('Nightly', 'user', 60_000),
        line('Nightly', 'job', 120_000),
      ]),
    )
    const [grant] = await grantsOf(database, use.grantId)
    expect(grant?.by).toBe('Nightly')
    expect(grant?.at).toBeGreaterThanOrEqual(begun)
  })

  test('a use that another instance stored later is not overwritten by an earlier one', async () => {
    const { database, use } = await given()
    const { grants } = database.tables
    const ahead = Date.now() + 60_000
    await database.db.update(grants).set({ lastUsedAt: ahead, lastUsedBy: 'Later' })
    await store(database, [use])
    expect(await grantsOf(database, use.grantId)).toEqual([{ at: ahead, by: 'Later' }])
  })

  test('whatever a caller is called, it and all others are stored', async () => {
    const { database, use } = await given()
    const names = [
      'a "quote" \\ and \\u0000',
      "it's",
      'nul \0',
      '名前 🎵',
      '',
      'half \ud800',
      'half \ud801',
    ]
    expect(
      await store(
        database,
        names.map((caller) => ({ ...use, caller })),
      ),
    ).toBe(true)
    const told = await eventsOf(database, use.grantId)
    const counted = told.map(({ detail, times }) => [JSON.parse(detail).caller, times])
    // The halves are the same once they are text.
    const alone = names.slice(0, 5).with(2, 'nul ')
    expect(counted).toEqual(
      expect.arrayContaining([...alone.map((caller) => [caller, 1]), ['half \ufffd', 2]]),
    )
    expect(counted).toHaveLength(6)
  })

  test('instances that store uses of the same grants at once add up', async () => {
    const { database, of, use } = await given(200)
    const others = await Promise.all([open(), open(), open()])
    const stored = await Promise.all(
      [database, ...others].map((one, n) => store(one, n % 2 ? of.toReversed() : of)),
    )
    expect(stored).toEqual([true, true, true, true])
    const told = await database.db.select().from(database.tables.events)
    const mine = told.filter(({ userId }) => userId === use.userId)
    expect(mine.map(({ times }) => times)).toEqual(of.map(() => 4))
  })
})

function store(opened: Database, uses: Uses[]): Promise<boolean> {
  return opened.atomically(() => storing(opened, uses))
}

function eventsOf({ db, tables: { events } }: Database, grantId: string) {
  return db.select().from(events).where(eq(events.grantId, grantId))
}

function grantsOf({ db, tables: { grants } }: Database, id: string) {
  const { lastUsedAt: at, lastUsedBy: by } = grants
  return db.select({ at, by }).from(grants).where(eq(grants.id, id))
}
