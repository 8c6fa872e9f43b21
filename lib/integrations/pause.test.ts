import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '#db'
import { onEachDialect } from '#db/testing/dialects'
import type { User } from '#lib/session'
import { addGrant, addUser, useDatabase } from '../testing/database.ts'
import { startThirdParties, type ThirdParties } from '../testing/third-parties.ts'
import { pause, resume } from './pause.ts'

let parties: ThirdParties
beforeAll(async () => {
  parties = await startThirdParties()
})
afterAll(() => parties.close())

onEachDialect('pause', (open) => {
  const given = async () => {
    const database = useDatabase(await open())
    return { database, user: await addUser(database) }
  }

  test('a pause is a date in the row and an event, and touches nothing else', async () => {
    const { database, user } = await given()
    const id = await addGrant(database, user)
    const before = await rowOf(database, id)
    await pause(user, id)
    const after = await rowOf(database, id)
    expect(after?.pausedAt).toBeGreaterThan(Date.now() - 60_000)
    expect({ ...after, pausedAt: null }).toEqual(before)
    expect(await eventsOf(database, user)).toEqual([['paused', 'user', id, 'acme']])
  })

  test('a resumed grant is as it was', async () => {
    const { database, user } = await given()
    const id = await addGrant(database, user)
    const before = await rowOf(database, id)
    await pause(user, id)
    await resume(user, id)
    expect(await rowOf(database, id)).toEqual(before)
    const types = (await eventsOf(database, user)).map(([type]) => type)
    expect(types.sort()).toEqual(['paused', 'resumed'])
  })

  test('of several pauses or resumes at once one is written down, and none fails', async () => {
    const { database, user } = await given()
    const id = await addGrant(database, user)
    await Promise.all([pause(user, id), pause(user, id), pause(user, id)])
    const paused = await rowOf(database, id)
    await pause(user, id)
    expect(await rowOf(database, id)).toEqual(paused)
    await Promise.all([resume(user, id), resume(user, id)])
    await resume(user, id)
    expect(await eventsOf(database, user)).toHaveLength(2)
  })

  test('a pause does not take the lease from whoever refreshes', async () => {
    const { database, user } = await given()
    const held = { leaseId: 'held', leaseUntil: Date.now() + 60_000 }
    const id = await addGrant(database, user, held)
    await pause(user, id)
    expect(await rowOf(database, id)).toMatchObject({ ...held, version: 1 })
  })

  test('SA-12 somebody else’s grant is not connected, nor is one that has ended', async () => {
    const { database, user } = await given()
    const id = await addGrant(database, user)
    const dead = await addGrant(database, user, { status: 'disconnected', pausedAt: 5 })
    const mallory = await addUser(database)
    const notConnected = { code: 'not_connected' }
    for (const change of [pause, resume]) {
      await expect(change(mallory, id)).rejects.toMatchObject(notConnected)
      await expect(change(user, dead)).rejects.toMatchObject(notConnected)
    }
    expect((await rowOf(database, id))?.pausedAt).toBeNull()
    expect((await rowOf(database, dead))?.pausedAt).toBe(5)
    expect(await eventsOf(database, user)).toEqual([])
  })
})

async function rowOf({ db, tables }: Database, id: string) {
  const [row] = await db.select().from(tables.grants).where(eq(tables.grants.id, id))
  return row
}

async function eventsOf({ db, tables }: Database, user: User) {
  const rows = await db.select().from(tables.events).where(eq(tables.events.userId, user.id))
  return rows.map(({ type, actor, grantId, provider }) => [type, actor, grantId, provider])
}
