import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Database } from '#db'
import type { PendingRevocationRow } from '#db/schema'
import { onEachDialect } from '#db/testing/dialects'
import type { User } from '#lib/session'
import { seal } from '#lib/vault'
import { addGrant, addUser, useDatabase } from '../testing/database.ts'
import { startThirdParties, type ThirdParties } from '../testing/third-parties.ts'
import { retryRevocations } from './revocation-retry.ts'

let parties: ThirdParties
beforeAll(async () => {
  parties = await startThirdParties({ TOKEN_DEADLINE_MS: '1000', LEASE_MS: '3000' })
})
afterAll(() => parties.close())
beforeEach(() => parties.acme.reset())

const now = 1_900_000_000_000
const minute = 60_000
const ok = { endpoint: 'revoke' as const, status: 200 }
const down = { endpoint: 'revoke' as const, status: 503 }
const revoked = () =>
  parties.acme.calls('/revoke').map(({ body }) => new URLSearchParams(body).get('token'))

onEachDialect('retryRevocations', (open) => {
  const given = async (row: Partial<PendingRevocationRow> = {}) => {
    const database = useDatabase(await open())
    await database.db.delete(database.tables.pendingRevocations)
    const user = await addUser(database)
    await addPending(database, user, row)
    return { database, user }
  }

  test('RV-02 what is due is revoked and gone, with an event that the system did it', async () => {
    const { database, user } = await given({ nextAttemptAt: now })
    parties.acme.ctl(ok)
    await retryRevocations(now)
    expect(revoked()).toEqual(['RT_cnry_pending'])
    expect(await pendingOf(database, user)).toEqual([])
    expect(await eventsOf(database, user)).toEqual([['revoked_later', 'system']])
  })

  test('what is not due waits', async () => {
    const { database, user } = await given({ nextAttemptAt: now + 1 })
    await retryRevocations(now)
    expect(revoked()).toEqual([])
    expect(await pendingOf(database, user)).toHaveLength(1)
  })

  test('RF-25 however many instances do this at once, each token is sent once', async () => {
    const { database, user } = await given()
    parties.acme.ctl(ok)
    await Promise.all(Array.from({ length: 5 }, () => retryRevocations(now)))
    expect(revoked()).toEqual(['RT_cnry_pending'])
    expect(await eventsOf(database, user)).toHaveLength(1)
  })

  test('after a failure it waits a minute, then twice as long each time, an hour at most', async () => {
    const { database, user } = await given()
    parties.acme.ctl(down)
    const pauses: number[] = []
    for (let at = now, count = 0; count < 8; count += 1) {
      await retryRevocations(at)
      const [row] = await pendingOf(database, user)
      expect(row?.attempts).toBe(count + 1)
      const next = row?.nextAttemptAt ?? 0
      await retryRevocations(next - 1)
      pauses.push((next - at) / minute)
      at = next
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60])
    expect(revoked()).toHaveLength(8)
    expect(await eventsOf(database, user)).toEqual([])
  })

  test('RV-02 after a day it is given up: the token is wiped, and the user is told', async () => {
    const { database, user } = await given({ expiresAt: now })
    parties.acme.ctl(down)
    await retryRevocations(now - 1)
    expect(await pendingOf(database, user)).toHaveLength(1)
    await retryRevocations(now + minute)
    expect(await pendingOf(database, user)).toEqual([])
    expect(await eventsOf(database, user)).toEqual([['revocation_given_up', 'system']])
  })

  test('a provider that is gone, or a token that cannot be opened, is no reason to stop', async () => {
    const { database, user } = await given({ provider: 'gone' })
    await addPending(database, user, { token: 'gk1.1.garbage' })
    await addPending(database, user, {})
    parties.acme.ctl(ok)
    await retryRevocations(now)
    expect(revoked()).toEqual(['RT_cnry_pending'])
    expect(await pendingOf(database, user)).toHaveLength(2)
  })

  test('a provider that cannot revoke any more is given up: nothing is called revoked', async () => {
    const { database, user } = await given({ provider: 'mute' })
    await retryRevocations(now)
    expect(await pendingOf(database, user)).toEqual([])
    expect(await eventsOf(database, user)).toEqual([['revocation_given_up', 'system']])
  })

  test('where it would end a grant that somebody made since, it is given up', async () => {
    const accountId = `shared ${crypto.randomUUID()}`
    const { database, user } = await given({ provider: 'whole', accountId })
    parties.acme.ctl(ok)
    await addGrant(database, await addUser(database), { provider: 'whole', accountId })
    await retryRevocations(now)
    expect(revoked()).toEqual([])
    expect(await eventsOf(database, user)).toEqual([['revocation_given_up', 'system']])
  })
})

async function addPending(
  { db, tables }: Database,
  user: User,
  row: Partial<PendingRevocationRow>,
) {
  const bound = { grantId: 'g', userId: user.id, provider: row.provider ?? 'acme', version: 2 }
  await db.insert(tables.pendingRevocations).values({
    ...bound,
    ...{ id: crypto.randomUUID(), accountId: 'acct-1', tokenKind: 'refresh_token' },
    token: seal('RT_cnry_pending', { ...bound, field: 'refresh_token' }),
    ...{ nextAttemptAt: now - 1, expiresAt: now + 86_400_000 },
    ...row,
  })
}

function pendingOf({ db, tables }: Database, user: User) {
  const { pendingRevocations: pending } = tables
  return db.select().from(pending).where(eq(pending.userId, user.id))
}

async function eventsOf({ db, tables }: Database, user: User) {
  const rows = await db.select().from(tables.events).where(eq(tables.events.userId, user.id))
  return rows.map(({ type, actor }) => [type, actor])
}
