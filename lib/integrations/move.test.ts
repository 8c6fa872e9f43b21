import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import type { Database } from '#db'
import { onEachDialect } from '#db/testing/dialects'
import { addGrant, addUser, useDatabase } from '../testing/database.ts'
import { stubSettings } from '../testing/settings.ts'
import { open as openSealed } from '../vault.ts'
import { tryLeases } from './lease.ts'
import { type Login, moveGrants, type Plan, planMove } from './move.ts'

beforeAll(() => void stubSettings({ LEASE_MS: '1000', TOKEN_DEADLINE_MS: '500' }))

const loginOf = (sub: string, given: Partial<Login> = {}): Login => ({
  ...{ issuer: 'https://login.test/', sub, org: '' },
  ...given,
})

onEachDialect('move', (open) => {
  const given = async () => {
    const database = useDatabase(await open())
    const [old, fresh] = [await addUser(database), await addUser(database)]
    return { database, old, fresh, from: loginOf(old.sub), to: loginOf(fresh.sub) }
  }

  test('a grant and its tokens are the new user’s, and both trails tell it', async () => {
    const { database, old, fresh, from, to } = await given()
    const id = await addGrant(database, old, { accountId: 'ann', pausedAt: 5 })
    const before = await rowOf(database, id)
    await moveGrants(await planned(from, to), to)
    const after = await rowOf(database, id)
    expect(tokensOf(after)).toEqual(['AT_cnry_old', 'RT_cnry_old'])
    const { accessToken: _, refreshToken: __, ...rest } = before
    expect(after).toMatchObject({ ...rest, userId: fresh.id, version: 2, leaseId: null })
    expect(await trailOf(database, old.id)).toEqual([['moved_away', 'system', id]])
    expect(await trailOf(database, fresh.id)).toEqual([['moved_here', 'system', id]])
  })

  test('a login that has never been here gets a row, which its first visit finds', async () => {
    const { database, old, from } = await given()
    const id = await addGrant(database, old)
    const to = loginOf(old.sub, { issuer: `https://${randomUUID()}.test/` })
    await moveGrants(await planned(from, to), to)
    const { users } = database.tables
    const made = await database.db.select().from(users).where(eq(users.issuer, to.issuer))
    expect(made).toMatchObject([{ sub: old.sub, org: '' }])
    expect((await rowOf(database, id)).userId).toBe(made[0]?.id)
  })

  test('the same account at both is refused, and nothing is moved', async () => {
    const { database, old, fresh, from, to } = await given()
    const ids = [await addGrant(database, old), await addGrant(database, old, { accountId: 'ann' })]
    await addGrant(database, fresh, { accountId: 'ann' })
    const plan = await planned(from, to)
    expect(plan.grants.filter(({ isClash }) => isClash)).toMatchObject([{ account: 'ann' }])
    await expect(moveGrants(plan, to)).rejects.toMatchObject({ code: 'account_mismatch' })
    for (const id of ids) expect((await rowOf(database, id)).userId).toBe(old.id)
    expect(await trailOf(database, old.id)).toEqual([])
  })

  test('an account that the other connects meanwhile is refused by the database', async () => {
    const { database, old, fresh, from, to } = await given()
    const id = await addGrant(database, old, { accountId: 'ann' })
    const plan = await planned(from, to)
    await addGrant(database, fresh, { accountId: 'ann' })
    await expect(moveGrants(plan, to)).rejects.toMatchObject({ code: 'account_mismatch' })
    const { userId, leaseId, accessToken } = await rowOf(database, id)
    expect([userId, leaseId]).toEqual([old.id, null])
    expect(accessToken).toBeTruthy()
    expect(await trailOf(database, fresh.id)).toEqual([])
  })

  test('a grant that is being refreshed is waited for', async () => {
    const { database, old, fresh, from, to } = await given()
    const id = await addGrant(database, old)
    const [lease] = await tryLeases(eq(database.tables.grants.id, id))
    expect(lease).toBeDefined()
    const start = performance.now()
    await moveGrants(await planned(from, to), to)
    expect(performance.now() - start).toBeGreaterThan(500)
    expect((await rowOf(database, id)).userId).toBe(fresh.id)
  })

  test('what is disconnected stays where it was', async () => {
    const { database, old, from, to } = await given()
    const id = await addGrant(database, old, { status: 'disconnected', tokens: {} })
    const plan = await planned(from, to)
    expect(plan.grants).toEqual([])
    await moveGrants(plan, to)
    expect((await rowOf(database, id)).userId).toBe(old.id)
  })

  test('tokens that do not open stop the move, and stay', async () => {
    const { database, old, from, to } = await given()
    const id = await addGrant(database, old)
    const { grants } = database.tables
    await database.db.update(grants).set({ refreshToken: 'gk1.1.AAAA' }).where(eq(grants.id, id))
    const before = await rowOf(database, id)
    await expect(moveGrants(await planned(from, to), to)).rejects.toMatchObject({
      code: 'credential_unreadable',
    })
    expect(await rowOf(database, id)).toEqual(before)
  })

  test('nothing is moved from or to a user who is switched off', async () => {
    const { database, old, fresh, from, to } = await given()
    await addGrant(database, old)
    const { users } = database.tables
    await database.db.update(users).set({ disabledAt: 1 }).where(eq(users.id, fresh.id))
    const plan = await planned(from, to)
    await expect(moveGrants(plan, to)).rejects.toMatchObject({ code: 'access_denied' })
  })

  test('of an organization’s user nothing is known without it', async () => {
    const { from, to } = await given()
    expect(await planMove({ ...from, org: 'org_1' }, to)).toBeUndefined()
  })
})

async function planned(from: Login, to: Login): Promise<Plan> {
  const plan = await planMove(from, to)
  if (!plan) throw new Error('nobody is known by that login')
  return plan
}

async function rowOf({ db, tables: { grants } }: Database, id: string) {
  const [row] = await db.select().from(grants).where(eq(grants.id, id))
  if (!row) throw new Error('the grant is gone')
  return row
}

function tokensOf(row: Awaited<ReturnType<typeof rowOf>>): string[] {
  const { id: grantId, userId, provider, version, accessToken, refreshToken } = row
  const context = { grantId, userId, provider, version }
  return [
    openSealed(accessToken ?? '', { ...context, field: 'access_token' }),
    openSealed(refreshToken ?? '', { ...context, field: 'refresh_token' }),
  ]
}

async function trailOf({ db, tables: { events } }: Database, userId: string) {
  const rows = await db.select().from(events).where(eq(events.userId, userId))
  return rows.map(({ type, actor, grantId }) => [type, actor, grantId])
}
