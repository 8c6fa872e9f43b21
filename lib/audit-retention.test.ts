import { expect, test } from 'vitest'
import { onEachDialect } from '#db/testing/dialects'
import { forgetRoutine } from './audit-retention.ts'
import { addUser, useDatabase } from './testing/database.ts'
import { stubSettings } from './testing/settings.ts'

stubSettings()

const day = 86_400_000

onEachDialect('old events', (open) => {
  test('what repeats itself is forgotten after 90 days; what was decided is kept', async () => {
    const database = useDatabase(await open())
    const { db, tables } = database
    const { id: userId } = await addUser(database)
    const now = Date.now()
    const event = (type: string, age: number) => {
      const id = crypto.randomUUID()
      return { id, userId, type, actor: 'system', createdAt: now - age * day }
    }
    await db
      .insert(tables.events)
      .values([
        ...['used', 'refreshed', 'refresh_failed', 'vend_refused'].map((type) => event(type, 91)),
        ...['used', 'connected'].map((type) => event(type, 89)),
        ...['connected', 'disconnected', 'security'].map((type) => event(type, 900)),
      ])
    expect(await forgetRoutine(now)).toBe(4)
    expect(await forgetRoutine(now)).toBe(0)
    const kept = await db.select({ type: tables.events.type }).from(tables.events)
    expect(kept.map(({ type }) => type).sort()).toEqual(
      ['connected', 'connected', 'disconnected', 'security', 'used'].sort(),
    )
  })
})
