import { expect, test } from 'vitest'
import { onEachDialect } from '#db/testing/dialects'
import { type EventView, eventsOf, recordEvent } from './audit.ts'
import { addGrant, addUser, useDatabase } from './testing/database.ts'
import { stubSettings } from './testing/settings.ts'

stubSettings()

onEachDialect('the audit trail', (open) => {
  const given = async () => {
    const database = useDatabase(await open())
    return { database, user: await addUser(database) }
  }

  test('pages follow each other without a gap or a repetition, also within one millisecond', async () => {
    const { database, user } = await given()
    const { db, tables } = database
    const rows = Array.from({ length: 23 }, (_, n) => ({
      ...{ id: crypto.randomUUID(), userId: user.id, grantId: null, provider: 'acme' },
      ...{ type: 'connected', actor: 'user', createdAt: 1000 + Math.floor(n / 5) },
    }))
    await db.insert(tables.events).values(rows)
    const seen: EventView[] = []
    let before: string | undefined
    let pages = 0
    do {
      const page = await eventsOf(user, { limit: 4, ...(before === undefined ? {} : { before }) })
      seen.push(...page.events)
      before = page.next ?? undefined
      pages += 1
    } while (before !== undefined)
    expect(pages).toBe(6)
    expect(new Set(seen.map(({ id }) => id)).size).toBe(23)
    const times = seen.map(({ at }) => at.getTime())
    expect(times).toEqual([...times].sort((a, b) => b - a))
  })

  test('a page that is exactly full is the last one', async () => {
    const { user } = await given()
    for (const provider of ['a', 'b'])
      await recordEvent({ userId: user.id, grantId: null, provider, type: 'connected' })
    expect((await eventsOf(user, { limit: 2 })).next).toBeNull()
    expect((await eventsOf(user, { limit: 1 })).next).toMatch(/^\d+\.[0-9a-f-]{36}$/)
  })

  test('a user sees only what is their own, of one provider or grant where asked', async () => {
    const { database, user } = await given()
    const bob = await addUser(database)
    const grantId = await addGrant(database, user, { accountId: 'acct', accountLabel: '' })
    const event = { grantId, type: 'connected' as const, detail: { scope: 'a' } }
    await recordEvent({ ...event, userId: user.id, provider: 'acme' })
    await recordEvent({ ...event, userId: user.id, provider: 'github', grantId: null })
    await recordEvent({ ...event, userId: bob.id, provider: 'acme', actor: 'system' })
    const { events } = await eventsOf(user, { provider: 'acme' })
    expect(events).toMatchObject([
      { type: 'connected', account: 'acct', actor: 'user', detail: { scope: 'a' } },
    ])
    expect((await eventsOf(user, { grant: grantId })).events).toEqual(events)
    const all = (await eventsOf(user)).events
    expect(all.map(({ providerName }) => providerName).sort()).toEqual(['GitHub', 'acme'])
  })

  test('a cursor that is none of ours is the first page', async () => {
    const { user } = await given()
    await recordEvent({ userId: user.id, grantId: null, provider: 'acme', type: 'connected' })
    for (const before of ['', 'x', '1.x', "1.' or 1=1", '9'.repeat(99), '-1.0'])
      expect((await eventsOf(user, { before })).events).toHaveLength(1)
  })
})

test('an event that cannot be written stops nobody', async () => {
  const broken = { db: { insert: () => Promise.reject(new Error('down')) } }
  useDatabase(broken as unknown as Parameters<typeof useDatabase>[0])
  await recordEvent({ userId: 'u', grantId: null, provider: 'acme', type: 'connect_failed' })
})
