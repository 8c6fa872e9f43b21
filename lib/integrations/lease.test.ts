import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { onEachDialect } from '#db/testing/dialects'
import { addGrant, addUser, useDatabase } from '../testing/database.ts'
import { stubSettings } from '../testing/settings.ts'
import { lastsForCall, releaseLease, takeLease } from './lease.ts'

// Long enough that nobody in these tests outlives a lease, short enough to wait for one.
stubSettings({ TOKEN_DEADLINE_MS: '500', LEASE_MS: '1000' })

onEachDialect('a lease', (open) => {
  const given = async () => {
    const database = useDatabase(await open())
    const user = await addUser(database)
    const id = await addGrant(database, user)
    const { db, tables } = database
    const row = async () => {
      const [found] = await db.select().from(tables.grants).where(eq(tables.grants.id, id))
      return found
    }
    return { database, user, id, row }
  }

  test('RF-02 of many who want it at once, one at a time has it', async () => {
    const { user, id, row } = await given()
    let holders = 0
    let most = 0
    const work = async () => {
      const lease = await takeLease(user, id)
      holders += 1
      most = Math.max(most, holders)
      await sleep(5)
      holders -= 1
      await releaseLease(lease)
      return lease.id
    }
    const ids = await Promise.all(Array.from({ length: 4 }, work))
    expect(most).toBe(1)
    expect(new Set(ids).size).toBe(4)
    expect(await row()).toMatchObject({ leaseId: null, leaseUntil: 0 })
  })

  test('it names its holder, ends by itself, and gives the row as it is', async () => {
    const { user, id, row } = await given()
    const before = Date.now()
    const lease = await takeLease(user, id)
    expect(lease.grant).toMatchObject({ id, leaseId: lease.id, version: 1 })
    expect(lease.grant.leaseUntil).toBeGreaterThanOrEqual(before + 1000)
    expect(await row()).toEqual(lease.grant)
  })

  test('RF-03 one that has ended is taken over, and its holder frees nothing any more', async () => {
    const { user, id, row, database } = await given()
    const { db, tables } = database
    const stale = await takeLease(user, id)
    await db
      .update(tables.grants)
      .set({ leaseUntil: Date.now() - 1 })
      .where(eq(tables.grants.id, id))
    const fresh = await takeLease(user, id)
    expect(fresh.id).not.toBe(stale.id)
    await releaseLease(stale)
    expect(await row()).toMatchObject({ leaseId: fresh.id, leaseUntil: fresh.grant.leaseUntil })
  })

  test('RF-03 one that is nearly over, by either clock, is not used for a call any more', async () => {
    const now = { wallMs: Date.now(), steadyMs: performance.now() }
    expect(lastsForCall({ askedAt: now })).toBe(true)
    for (const clock of ['wallMs', 'steadyMs'] as const)
      expect(lastsForCall({ askedAt: { ...now, [clock]: now[clock] - 900 } })).toBe(false)
  })

  test('whoever waits as long as one lease lasts is told to come again', async () => {
    const { user, id, database } = await given()
    const { db, tables } = database
    await db
      .update(tables.grants)
      .set({ leaseId: 'other', leaseUntil: Date.now() + 600_000 })
      .where(eq(tables.grants.id, id))
    await expect(takeLease(user, id)).rejects.toMatchObject({
      code: 'temporarily_unavailable',
      retryAfterS: 5,
    })
  })

  test('somebody else’s grant, a disconnected one and none at all are not connected', async () => {
    const { user, id, database, row } = await given()
    const mallory = await addUser(database)
    const dead = await addGrant(database, user, { status: 'disconnected', tokens: {} })
    const notConnected = expect.objectContaining({ code: 'not_connected' })
    await expect(takeLease(mallory, id)).rejects.toEqual(notConnected)
    await expect(takeLease(user, dead)).rejects.toEqual(notConnected)
    await expect(takeLease(user, randomUUID())).rejects.toEqual(notConnected)
    expect(await row()).toMatchObject({ leaseId: null, leaseUntil: 0 })
  })
})
