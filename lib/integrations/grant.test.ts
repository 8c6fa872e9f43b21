import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import type { Database } from '#db'
import { onEachDialect } from '#db/testing/dialects'
import { resolveProvider } from '#lib/oauth/metadata'
import type { Tokens } from '#lib/oauth/token-response'
import type { ProviderEntry } from '#lib/providers/provider'
import type { User } from '#lib/session'
import { open as openSealed, seal } from '#lib/vault'
import { attemptOf } from '../testing/attempt.ts'
import { addGrant, addUser, useDatabase } from '../testing/database.ts'
import { offered, plainEntry } from '../testing/provider.ts'
import { stubSettings } from '../testing/settings.ts'
import { findLivingGrant, type Harvest, keepGrant } from './grant.ts'
import { takeLease } from './lease.ts'

stubSettings()

type Given = {
  account?: { id: string; label: string | null }
  tokens?: Partial<Tokens>
  entry?: Partial<ProviderEntry>
  grant?: string
}

async function harvestOf({ account, tokens, entry, grant }: Given = {}): Promise<Harvest> {
  const revocation_endpoint = 'https://acme.test/revoke'
  return {
    provider: await resolveProvider(offered({ ...plainEntry, revocation_endpoint, ...entry })),
    transaction: attemptOf({ grant, scope: ['files.read', 'profile'] }),
    account: account ?? { id: 'acct-1', label: 'Ann' },
    tokens: {
      accessToken: 'AT_cnry_new',
      accessTokenExpiresAt: Date.now() + 5000,
      refreshToken: 'RT_cnry_new',
      refreshTokenExpiresAt: null,
      scope: null,
      idToken: {},
      response: {},
      ...tokens,
    },
  }
}

onEachDialect('keepGrant', (open) => {
  const given = async () => {
    const database = useDatabase(await open())
    return { database, user: await addUser(database) }
  }

  test('a new account makes a grant, sealed to its row, with an event', async () => {
    const { database, user } = await given()
    await keepGrant(user, await harvestOf())
    const [row] = await grantsOf(database, user)
    expect(row).toMatchObject({
      ...{ status: 'active', accountId: 'acct-1', accountLabel: 'Ann', version: 1 },
      ...{ scope: 'files.read profile', leaseId: null },
    })
    expect(Math.abs((row?.accessTokenExpiresAt ?? 0) - Date.now() - 5000)).toBeLessThan(2000)
    const context = { grantId: row?.id ?? '', userId: user.id, provider: 'acme', version: 1 }
    const access = openSealed(row?.accessToken ?? '', { ...context, field: 'access_token' })
    const refresh = openSealed(row?.refreshToken ?? '', { ...context, field: 'refresh_token' })
    expect([access, refresh]).toEqual(['AT_cnry_new', 'RT_cnry_new'])
    expect(JSON.stringify(row)).not.toContain('cnry')
    expect(await eventTypes(database, user)).toEqual(['connected'])
  })

  test('RV-05 the same account again: the id stays, and the replaced token waits to be revoked', async () => {
    const { database, user } = await given()
    const id = await addGrant(database, user, { accountId: 'acct-1', version: 3, pausedAt: 7 })
    await keepGrant(user, await harvestOf({ tokens: { scope: ['files.read'] } }))
    const [row, ...others] = await grantsOf(database, user)
    expect(others).toEqual([])
    expect(row).toMatchObject({ id, version: 4, scope: 'files.read', pausedAt: 7 })
    expect(row?.requestedScope).toBe('files.read profile')
    const [pending] = await pendingOf(database, user)
    expect(pending).toMatchObject({
      grantId: id,
      version: 3,
      tokenKind: 'refresh_token',
      attempts: 0,
    })
    const context = { grantId: id, userId: user.id, provider: 'acme', version: 3 } as const
    const token = openSealed(pending?.token ?? '', { ...context, field: 'refresh_token' })
    expect(token).toBe('RT_cnry_old')
    expect(await eventTypes(database, user)).toEqual(['reconnected'])
  })

  test('what happens to a grant while it is reconnected stays: a pause, a use, and since when it is there', async () => {
    const { database, user } = await given()
    const { db, tables } = database
    await addGrant(database, user, { accountId: 'acct-1', createdAt: 5 })
    const meanwhile = { pausedAt: 7, lastUsedAt: 8, lastUsedBy: 'Nightly' }
    useDatabase({
      ...database,
      async atomically(build) {
        await db.update(tables.grants).set(meanwhile)
        return database.atomically(build)
      },
    })
    await keepGrant(user, await harvestOf())
    const [row] = await grantsOf(database, user)
    expect(row).toMatchObject({ ...meanwhile, createdAt: 5, version: 2 })
  })

  test('RV-05 it does not where revoking it would end the new one, or nothing can be revoked', async () => {
    const { database, user } = await given()
    await addGrant(database, user, { accountId: 'acct-1' })
    await keepGrant(user, await harvestOf({ entry: { revokes: 'grant' } }))
    await keepGrant(user, await harvestOf({ entry: { revocation_endpoint: undefined } }))
    expect(await pendingOf(database, user)).toEqual([])
  })

  const none = { tokens: { refreshToken: null } }

  test('WD-04 a consent without a refresh token keeps the stored one, with its own end, and revokes nothing', async () => {
    const { database, user } = await given()
    const { db, tables } = database
    const [soon, doubt] = [Date.now() + 60_000, Date.now() - 1_000]
    const stored = {
      ...{ refreshTokenExpiresAt: soon, refreshDueAt: soon - 7, inDoubtSince: doubt },
      ...{ unansweredSends: 1, refreshError: 'temporarily_unavailable', lastRefreshedAt: doubt },
    }
    const id = await addGrant(database, user, { accountId: 'acct-1', version: 3, ...stored })
    await keepGrant(user, await harvestOf({ tokens: { refreshToken: null, scope: ['profile'] } }))
    const [row] = await grantsOf(database, user)
    expect(row).toMatchObject({ id, ...stored, version: 4, scope: 'profile', leaseId: null })
    const context = { grantId: id, userId: user.id, provider: 'acme', version: 4 }
    const access = openSealed(row?.accessToken ?? '', { ...context, field: 'access_token' })
    const refresh = openSealed(row?.refreshToken ?? '', { ...context, field: 'refresh_token' })
    expect([access, refresh]).toEqual(['AT_cnry_new', 'RT_cnry_old'])
    expect(await pendingOf(database, user)).toEqual([])
    await keepGrant(user, await harvestOf({ ...none, entry: { revocation_token: 'access_token' } }))
    expect(await pendingOf(database, user)).toEqual([])
    expect(await db.select().from(tables.grants).where(eq(tables.grants.id, id))).toMatchObject([
      { version: 5, refreshTokenExpiresAt: soon },
    ])
  })

  test.each([
    ['was refused', { status: 'reauthorization_required', reason: 'invalid_grant' }],
    ['has had its end', { refreshTokenExpiresAt: 1_000 }],
  ] as const)(
    'WD-04 a stored refresh token that %s is not kept, and not revoked',
    async (_, how) => {
      const { database, user } = await given()
      await addGrant(database, user, { accountId: 'acct-1', ...how })
      await keepGrant(user, await harvestOf(none))
      expect(await grantsOf(database, user)).toMatchObject([
        { status: 'active', version: 2, refreshToken: null, leaseId: null, refreshDueAt: null },
      ])
      expect(await pendingOf(database, user)).toEqual([])
    },
  )

  test('WD-04 a refresh in flight is waited for, and what it brought is kept', async () => {
    const { database, user } = await given()
    const id = await addGrant(database, user, { accountId: 'acct-1' })
    const lease = await takeLease(user, id)
    const keeping = keepGrant(user, await harvestOf(none))
    const renewed = { ...lease.grant, version: 2 }
    const context = { grantId: id, userId: user.id, provider: 'acme', version: 2 }
    renewed.refreshToken = seal('RT_cnry_rotated', { ...context, field: 'refresh_token' })
    const { grants } = database.tables
    const back = { ...renewed, leaseId: null, leaseUntil: 0 }
    await database.db.update(grants).set(back).where(eq(grants.id, id))
    await keeping
    const [row] = await grantsOf(database, user)
    expect(row?.version).toBe(3)
    const after = { ...context, version: 3, field: 'refresh_token' } as const
    expect(openSealed(row?.refreshToken ?? '', after)).toBe('RT_cnry_rotated')
  })

  test('RV-02 a reconnect cancels what was still to be revoked of that account, and no other', async () => {
    const { database, user } = await given()
    const { db, tables } = database
    const bob = await addUser(database)
    const waiting = (userId: string, accountId: string) => ({
      ...{ id: `${userId} ${accountId}`, grantId: 'g', userId, provider: 'acme', accountId },
      ...{ token: 'sealed', tokenKind: 'refresh_token' as const, version: 1 },
      ...{ nextAttemptAt: 1, expiresAt: 2 },
    })
    await db
      .insert(tables.pendingRevocations)
      .values([waiting(user.id, 'acct-1'), waiting(user.id, 'acct-2'), waiting(bob.id, 'acct-1')])
    await keepGrant(user, await harvestOf())
    expect((await pendingOf(database, user)).map(({ accountId }) => accountId)).toEqual(['acct-2'])
    expect(await pendingOf(database, bob)).toHaveLength(1)
  })

  test('a disconnected grant stays as it is: connecting again makes a new one', async () => {
    const { database, user } = await given()
    const dead = await addGrant(database, user, {
      ...{ accountId: 'acct-1', status: 'disconnected', tokens: {} },
    })
    await keepGrant(user, await harvestOf())
    const rows = await grantsOf(database, user)
    expect(rows).toHaveLength(2)
    expect(rows.find(({ id }) => id === dead)).toMatchObject({ status: 'disconnected', version: 1 })
  })

  test('MX-19 MX-20 another account, or another user, makes a grant of its own', async () => {
    const { database, user } = await given()
    const bob = await addUser(database)
    await keepGrant(user, await harvestOf())
    await keepGrant(user, await harvestOf({ account: { id: 'acct-2', label: null } }))
    await keepGrant(bob, await harvestOf())
    expect(await grantsOf(database, user)).toHaveLength(2)
    const [his] = await grantsOf(database, bob)
    const sealed = (await grantsOf(database, user)).map(({ refreshToken }) => refreshToken)
    expect(sealed).not.toContain(his?.refreshToken)
  })

  test('MX-19 another account than the one to be reconnected is refused, and changes nothing', async () => {
    const { database, user } = await given()
    const id = await addGrant(database, user, { accountId: 'acct-1' })
    await addGrant(database, user, { accountId: 'acct-2' })
    const before = await grantsOf(database, user)
    const mismatch = expect.objectContaining({ code: 'account_mismatch' })
    for (const account of ['acct-2', 'acct-3']) {
      const harvest = await harvestOf({ grant: id, account: { id: account, label: null } })
      await expect(keepGrant(user, harvest)).rejects.toEqual(mismatch)
    }
    expect(await grantsOf(database, user)).toEqual(before)
    await keepGrant(user, await harvestOf({ grant: id }))
    expect((await grantsOf(database, user)).find((row) => row.id === id)?.version).toBe(2)
  })

  test('RF-22 four at once end in one grant with every step counted', async () => {
    const { database, user } = await given()
    const harvest = await harvestOf({ entry: { revocation_endpoint: undefined } })
    await Promise.all(Array.from({ length: 4 }, () => keepGrant(user, harvest)))
    const [row, ...others] = await grantsOf(database, user)
    expect(others).toEqual([])
    expect(row?.version).toBe(4)
    const context = { grantId: row?.id ?? '', userId: user.id, provider: 'acme', version: 4 }
    expect(openSealed(row?.accessToken ?? '', { ...context, field: 'access_token' })).toBe(
      'AT_cnry_new',
    )
    const types = await eventTypes(database, user)
    expect(types.sort()).toEqual(['connected', 'reconnected', 'reconnected', 'reconnected'])
  })

  test('ST-12 RV-04 a user who was switched off, or is gone, gets nothing stored', async () => {
    const { database, user } = await given()
    const { db, tables } = database
    const denied = expect.objectContaining({ code: 'access_denied' })
    await db.update(tables.users).set({ disabledAt: 1 }).where(eq(tables.users.id, user.id))
    await expect(keepGrant(user, await harvestOf())).rejects.toEqual(denied)
    await db.delete(tables.users).where(eq(tables.users.id, user.id))
    await expect(keepGrant(user, await harvestOf())).rejects.toEqual(denied)
    expect(await grantsOf(database, user)).toEqual([])
    expect(await eventTypes(database, user)).toEqual([])
  })

  test('a living grant is found by its own user alone', async () => {
    const { database, user } = await given()
    const id = await addGrant(database, user)
    const dead = await addGrant(database, user, { status: 'disconnected' })
    expect(await findLivingGrant(user, id)).toMatchObject({ id, provider: 'acme' })
    expect(await findLivingGrant(await addUser(database), id)).toBeUndefined()
    expect(await findLivingGrant(user, dead)).toBeUndefined()
  })
})

function grantsOf({ db, tables }: Database, user: User) {
  return db.select().from(tables.grants).where(eq(tables.grants.userId, user.id))
}

function pendingOf({ db, tables }: Database, user: User) {
  const { pendingRevocations: pending } = tables
  return db.select().from(pending).where(eq(pending.userId, user.id))
}

async function eventTypes({ db, tables }: Database, user: User): Promise<string[]> {
  const rows = await db.select().from(tables.events).where(eq(tables.events.userId, user.id))
  return rows.map(({ type }) => type)
}
