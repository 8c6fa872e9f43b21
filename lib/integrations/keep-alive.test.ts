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

  test('RF-15 a provider that answers all is asked more at once, up to its connections', async () => {
    answer()
    parties.acme.ctl({ endpoint: 'token', delay_before_headers: 200 })
    const { versions } = await given(...Array.from({ length: 300 }, () => ({ refreshDueAt: 1 })))
    expect(await keepAlive()).toBe(300)
    expect(new Set(await versions())).toEqual(new Set([2]))
    expect(parties.acme.load().peak).toBeGreaterThan(32)
    expect(parties.acme.load().peak).toBeLessThanOrEqual(256)
  })

  test('RF-15 one that sets a limit meanwhile gets no further batch', async () => {
    let answered = 0
    const limit = () => {
      answered += 1
      if (answered !== 33) return
      const headers = { 'retry-after': '60' }
      parties.acme.ctl({ endpoint: 'token', status: 429, headers, body: '{}' })
    }
    parties.acme.ctl({ endpoint: 'token', body: JSON.stringify(renewed), during: limit })
    const { database } = await given(...Array.from({ length: 200 }, () => ({ refreshDueAt: 1 })))
    expect(await keepAlive()).toBeGreaterThanOrEqual(32)
    // The first batch, and the two that were begun when that had gone well.
    expect(calls()).toBeLessThanOrEqual(96)
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
