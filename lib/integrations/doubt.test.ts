import { eq } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import { onEachDialect } from '#db/testing/dialects'
import { addGrant, addUser, useDatabase } from '../testing/database.ts'
import { stubSettings } from '../testing/settings.ts'
import { doubtAll } from './doubt.ts'

beforeAll(() => void stubSettings())

onEachDialect('doubt', (open) => {
  test('only living refresh tokens are doubted, and an older doubt keeps its date', async () => {
    const database = useDatabase(await open())
    const user = await addUser(database)
    const ids = {
      fresh: await addGrant(database, user),
      doubted: await addGrant(database, user, { inDoubtSince: 5 }),
      plain: await addGrant(database, user, { tokens: { access: 'AT_cnry' } }),
      ended: await addGrant(database, user, { status: 'reauthorization_required' }),
    }
    expect(await doubtAll()).toBe(1)
    const { db, tables } = database
    const since = async (id: string) => {
      const [row] = await db.select().from(tables.grants).where(eq(tables.grants.id, id))
      return row?.inDoubtSince
    }
    expect(await since(ids.fresh)).toBeGreaterThan(Date.now() - 60_000)
    expect(await since(ids.doubted)).toBe(5)
    expect([await since(ids.plain), await since(ids.ended)]).toEqual([null, null])
  })
})
