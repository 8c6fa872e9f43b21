import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { GrantRow } from '#db/schema'
import { onEachDialect } from '#db/testing/dialects'
import { addGrant, addUser, useDatabase } from '../testing/database.ts'
import { startThirdParties, type ThirdParties } from '../testing/third-parties.ts'
import { keepAlive, nextDueAt } from './keep-alive.ts'

let parties: ThirdParties
beforeAll(async () => {
  parties = await startThirdParties({ TOKEN_DEADLINE_MS: '5000', LEASE_MS: '10000' })
})
afterAll(() => parties.close())
beforeEach(() => parties.acme.reset())

const calls = () => parties.acme.calls('/token').length
const renewed = { access_token: 'AT_cnry_new', token_type: 'Bearer', expires_in: 3600 }
const answer = (more = {}) =>
  parties.acme.ctl({ endpoint: 'token', body: JSON.stringify({ ...renewed, ...more }) })

onEachDialect('keeping grants alive', (open) => {
  const given = async (...rows: Partial<GrantRow>[]) => {
    const database = useDatabase(await open())
    const { db, tables } = database
    await db.delete(tables.grants)
    await db.delete(tables.providerStates)
    const user = await addUser(database)
    const ids = await Promise.all(rows.map((values) => addGrant(database, user, values)))
    const versions = async () => {
      const found = await db
        .select({ id: tables.grants.id, version: tables.grants.version })
        .from(tables.grants)
      return ids.map((id) => found.find((row) => row.id === id)?.version)
    }
    return { database, ids, versions }
  }

  test('RF-16 what is due is refreshed; what is not, paused, ended or held is left alone', async () => {
    answer()
    const { versions } = await given(
      { refreshDueAt: 1 },
      { refreshDueAt: Date.now() + 60_000 },
      { refreshDueAt: null },
      { refreshDueAt: 1, pausedAt: 1 },
      { refreshDueAt: 1, status: 'reauthorization_required' },
      { refreshDueAt: 1, leaseUntil: Date.now() + 60_000 },
      { refreshDueAt: 1, refreshNotBefore: Date.now() + 60_000 },
    )
    expect(await keepAlive()).toBe(1)
    expect(await versions()).toEqual([2, 1, 1, 1, 1, 1, 1])
    expect(calls()).toBe(1)
  })

  test('RF-16 RF-26 the next time is in the row, well before the refresh token would die', async () => {
    answer({ refresh_token: 'RT_cnry_new', refresh_token_expires_in: 1000 })
    const { database, ids } = await given({ refreshDueAt: 1 })
    await keepAlive()
    const { grants } = database.tables
    const [row] = await database.db
      .select()
      .from(grants)
      .where(eq(grants.id, ids[0] ?? ''))
    const inS = ((row?.refreshDueAt ?? 0) - Date.now()) / 1000
    expect(inS).toBeGreaterThan(480)
    expect(inS).toBeLessThan(705)
    const due = await nextDueAt()
    expect(Math.abs((due ?? 0) - (row?.refreshDueAt ?? 0))).toBeLessThan(2000)
  })

  test('RF-25 by several at once, nothing is done twice', async () => {
    answer()
    const { versions } = await given(...Array.from({ length: 50 }, () => ({ refreshDueAt: 1 })))
    const counts = await Promise.all([keepAlive(), keepAlive(), keepAlive()])
    expect(counts.reduce((sum, count) => sum + count)).toBe(50)
    expect(await versions()).toEqual(Array.from({ length: 50 }, () => 2))
    expect(calls()).toBe(50)
  })

  test('a provider that is down gets no storm, and loses no grant', async () => {
    parties.acme.ctl({ endpoint: 'token', status: 503 })
    const { database } = await given(...Array.from({ length: 40 }, () => ({ refreshDueAt: 1 })))
    expect(await keepAlive()).toBe(0)
    expect(calls()).toBeLessThanOrEqual(32)
    const before = calls()
    expect(await keepAlive()).toBe(0)
    expect(calls() - before).toBeLessThanOrEqual(1)
    const rows = await database.db.select().from(database.tables.grants)
    expect(rows.every(({ status, leaseId }) => status === 'active' && leaseId === null)).toBe(true)
  })

  test('after an outage one tries, not a whole batch', async () => {
    parties.acme.ctl({ endpoint: 'token', status: 503 })
    const { database } = await given(...Array.from({ length: 40 }, () => ({ refreshDueAt: 1 })))
    await database.db.insert(database.tables.providerStates).values({
      ...{ provider: 'acme', error: 'temporarily_unavailable', failures: 9, blockedUntil: 1 },
    })
    expect(await keepAlive()).toBe(0)
    expect(calls()).toBe(1)
  })

  test('tokens that no key opens do not keep the others from being refreshed', async () => {
    answer()
    const unreadable = Array.from({ length: 40 }, () => ({ refreshDueAt: 1, leaseId: 'x' }))
    const { database, versions } = await given(...unreadable, { refreshDueAt: 2 })
    const { grants } = database.tables
    const refreshToken = 'gk1.9.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
    await database.db.update(grants).set({ refreshToken }).where(eq(grants.leaseId, 'x'))
    await keepAlive()
    await keepAlive()
    expect((await versions()).at(-1)).toBe(2)
    expect(calls()).toBe(1)
  })

  test('where nothing is ever due, there is no next time', async () => {
    await given({ refreshDueAt: null })
    expect(await nextDueAt()).toBeNull()
  })
})
