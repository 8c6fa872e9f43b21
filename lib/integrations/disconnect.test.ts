import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Database } from '#db'
import { onEachDialect } from '#db/testing/dialects'
import { resolveProvider } from '#lib/oauth/metadata'
import { findProvider } from '#lib/providers/provider'
import type { User } from '#lib/session'
import { open as openSealed } from '#lib/vault'
import { attemptOf } from '../testing/attempt.ts'
import { addGrant, addUser, useDatabase } from '../testing/database.ts'
import { startThirdParties, type ThirdParties } from '../testing/third-parties.ts'
import { disconnect } from './disconnect.ts'
import { keepGrant } from './grant.ts'

let parties: ThirdParties
beforeAll(async () => {
  parties = await startThirdParties({ TOKEN_DEADLINE_MS: '1000', LEASE_MS: '3000' })
})
afterAll(() => parties.close())
beforeEach(() => parties.acme.reset())

/** The tokens that the provider was asked to revoke, in order. */
const revoked = () =>
  parties.acme.calls('/revoke').map(({ body }) => new URLSearchParams(body).get('token'))

const ok = { endpoint: 'revoke' as const, status: 200 }
const wiped = { status: 'disconnected', accessToken: null, refreshToken: null, leaseId: null }

onEachDialect('disconnect', (open) => {
  const given = async () => {
    const database = useDatabase(await open())
    return { database, user: await addUser(database) }
  }

  test('RV-01 the refresh token is revoked, the tokens wiped, the row stays as a tombstone', async () => {
    const { database, user } = await given()
    const id = await addGrant(database, user)
    parties.acme.ctl(ok)
    expect(await disconnect(user, id)).toBe('revoked')
    expect(revoked()).toEqual(['RT_cnry_old'])
    expect(await rowOf(database, id)).toMatchObject({ ...wiped, version: 2, revocation: 'revoked' })
    expect((await rowOf(database, id))?.disconnectedAt).toBeGreaterThan(0)
    expect(await eventsOf(database, user)).toEqual([['disconnected', '{"revocation":"revoked"}']])
    expect(await pendingOf(database, user)).toEqual([])
  })

  test('without a refresh token the access token is revoked', async () => {
    const { database, user } = await given()
    parties.acme.ctl(ok)
    const id = await addGrant(database, user, { tokens: { access: 'AT_cnry_only' } })
    expect(await disconnect(user, id)).toBe('revoked')
    expect(revoked()).toEqual(['AT_cnry_only'])
  })

  test('an access token that has run out is refreshed first, where the provider takes only a living one', async () => {
    const { database, user } = await given()
    const tokens = JSON.stringify({ access_token: 'AT_cnry_new', token_type: 'Bearer' })
    parties.acme.ctl({ endpoint: 'token', nth: 1, body: tokens })
    parties.acme.ctl({ endpoint: 'token', nth: 2, status: 400, body: '{"error":"invalid_grant"}' })
    parties.acme.ctl(ok)
    const expired = { provider: 'shortly', accessTokenExpiresAt: 1 }
    expect(await disconnect(user, await addGrant(database, user, expired))).toBe('revoked')
    expect(revoked()).toEqual(['AT_cnry_new'])
    expect(await disconnect(user, await addGrant(database, user, expired))).toBe('revoked')
    expect(revoked()).toEqual(['AT_cnry_new'])
    const living = { provider: 'shortly', accessTokenExpiresAt: Date.now() + 60_000 }
    expect(await disconnect(user, await addGrant(database, user, living))).toBe('revoked')
    expect(revoked()).toEqual(['AT_cnry_new', 'AT_cnry_old'])
  })

  test('a provider that cannot revoke: unsupported, and the tokens are wiped all the same', async () => {
    const { database, user } = await given()
    const id = await addGrant(database, user, { provider: 'mute' })
    expect(await disconnect(user, id)).toBe('unsupported')
    expect(revoked()).toEqual([])
    expect(await rowOf(database, id)).toMatchObject({ ...wiped, revocation: 'unsupported' })
    expect(await pendingOf(database, user)).toEqual([])
  })

  test.each([
    { status: 503 },
    { status: 400 },
    { template: 'drop' as const },
    { template: 'stall' as const },
  ])(
    'RV-02 a revocation that fails: disconnected at once, and the sealed token waits: %j',
    async (rule) => {
      const { database, user } = await given()
      const id = await addGrant(database, user, { version: 4 })
      parties.acme.ctl({ endpoint: 'revoke', ...rule })
      expect(await disconnect(user, id)).toBe('failed')
      expect(await rowOf(database, id)).toMatchObject({ ...wiped, revocation: 'failed' })
      const [pending, ...others] = await pendingOf(database, user)
      expect(others).toEqual([])
      const context = { grantId: id, userId: user.id, provider: 'acme', version: 4 } as const
      const token = openSealed(pending?.token ?? '', { ...context, field: 'refresh_token' })
      expect(token).toBe('RT_cnry_old')
    },
  )

  test('RV-02 a provider that is not offered any more: disconnected, and the token waits', async () => {
    const { database, user } = await given()
    const id = await addGrant(database, user, { provider: 'gone' })
    expect(await disconnect(user, id)).toBe('failed')
    expect(await rowOf(database, id)).toMatchObject(wiped)
    expect(await pendingOf(database, user)).toHaveLength(1)
  })

  test('CR-02 a token that cannot be opened is not sent; the user is disconnected all the same', async () => {
    const { database, user } = await given()
    const [mine, other] = [await addGrant(database, user), await addGrant(database, user)]
    const { db, tables } = database
    const refreshToken = (await rowOf(database, other))?.refreshToken ?? null
    await db.update(tables.grants).set({ refreshToken }).where(eq(tables.grants.id, mine))
    expect(await disconnect(user, mine)).toBe('failed')
    expect(revoked()).toEqual([])
    expect(await rowOf(database, mine)).toMatchObject(wiped)
  })

  test('where revoking ends all of the account, it is left while another grant shares it', async () => {
    const { database, user } = await given()
    const bob = await addUser(database)
    parties.acme.ctl(ok)
    const shared = { provider: 'whole', accountId: `shared ${user.id}` }
    const [mine, his] = [
      await addGrant(database, user, shared),
      await addGrant(database, bob, shared),
    ]
    expect(await disconnect(user, mine)).toBe('unsupported')
    expect(revoked()).toEqual([])
    expect(await rowOf(database, his)).toMatchObject({ status: 'active', version: 1 })
    expect(await disconnect(bob, his)).toBe('revoked')
    expect(revoked()).toEqual(['RT_cnry_old'])
  })

  test('RV-03 what a reconnect brings meanwhile is revoked and wiped too', async () => {
    const { database, user } = await given()
    const id = await addGrant(database, user, { accountId: 'acct-1' })
    const provider = await resolveProvider(findProvider('acme'))
    const tokens = {
      ...{ accessToken: 'AT_cnry_new', refreshToken: 'RT_cnry_new', scope: null },
      ...{ accessTokenExpiresAt: null, refreshTokenExpiresAt: null, idToken: {}, response: {} },
    }
    const account = { id: 'acct-1', label: null }
    const reconnect = async () => {
      await keepGrant(user, { provider, transaction: attemptOf(), tokens, account })
    }
    parties.acme.ctl(ok)
    parties.acme.ctl({ endpoint: 'revoke', nth: 1, during: reconnect })
    expect(await disconnect(user, id)).toBe('revoked')
    expect(revoked()).toEqual(['RT_cnry_old', 'RT_cnry_new'])
    expect(await rowOf(database, id)).toMatchObject({ ...wiped, version: 3 })
    const types = (await eventsOf(database, user)).map(([type]) => type)
    expect(types.sort()).toEqual(['disconnected', 'reconnected'])
  })

  test('of two at once one disconnects; the provider is asked once', async () => {
    const { database, user } = await given()
    const id = await addGrant(database, user)
    parties.acme.ctl(ok)
    const both = await Promise.allSettled([disconnect(user, id), disconnect(user, id)])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(both).toContainEqual(
      expect.objectContaining({ reason: expect.objectContaining({ code: 'not_connected' }) }),
    )
    expect(revoked()).toEqual(['RT_cnry_old'])
    expect(await eventsOf(database, user)).toHaveLength(1)
  })

  test('SA-12 somebody else’s grant is not connected, and nothing happens to it', async () => {
    const { database, user } = await given()
    const id = await addGrant(database, user)
    const before = await rowOf(database, id)
    const mallory = await addUser(database)
    await expect(disconnect(mallory, id)).rejects.toMatchObject({ code: 'not_connected' })
    expect(await rowOf(database, id)).toEqual(before)
    expect(revoked()).toEqual([])
  })
})

async function rowOf({ db, tables }: Database, id: string) {
  const [row] = await db.select().from(tables.grants).where(eq(tables.grants.id, id))
  return row
}

function pendingOf({ db, tables }: Database, user: User) {
  const { pendingRevocations: pending } = tables
  return db.select().from(pending).where(eq(pending.userId, user.id))
}

async function eventsOf({ db, tables }: Database, user: User) {
  const rows = await db.select().from(tables.events).where(eq(tables.events.userId, user.id))
  return rows.map(({ type, detail }) => [type, detail])
}
