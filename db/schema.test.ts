import { randomUUID } from 'node:crypto'
import { and, asc, count, eq, lt, ne, sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { onEachDialect } from './testing/dialects.ts'
import { grantRow } from './testing/rows.ts'

onEachDialect('the schema', (open) => {
  test('a row comes back as it was stored, times as numbers', async () => {
    const { db, tables } = await open()
    const row = grantRow({
      accessToken: 'gk1.1.x',
      leaseUntil: Number.MAX_SAFE_INTEGER,
      version: 7,
    })
    await db.insert(tables.grants).values(row)
    const [stored] = await db.select().from(tables.grants).where(eq(tables.grants.id, row.id))
    expect(stored).toEqual({
      accountLabel: '',
      reason: null,
      scope: '',
      requestedScope: '',
      accessTokenExpiresAt: null,
      refreshToken: null,
      refreshTokenExpiresAt: null,
      tokenType: 'bearer',
      leaseId: null,
      pausedAt: null,
      lastUsedAt: null,
      lastUsedBy: null,
      lastRefreshedAt: null,
      refreshDueAt: null,
      refreshError: null,
      refreshFailures: 0,
      refreshFailingSince: null,
      refreshNotBefore: 0,
      refusedSince: null,
      refusedAt: null,
      refusals: 0,
      unansweredSends: 0,
      inDoubtSince: null,
      disconnectedAt: null,
      revocation: null,
      ...row,
    })
  })

  test('a user, an event, a used transaction, a pending revocation and a canary fit too', async () => {
    const { db, tables } = await open()
    const id = randomUUID()
    const user = { id, issuer: 'https://login', sub: 'a|1', org: '', createdAt: 1, seenAt: 2 }
    const [stored] = await db.insert(tables.users).values(user).returning()
    expect(stored).toEqual({ ...user, name: '', email: '', disabledAt: null, mac: null })
    const event = { id, userId: id, type: 'connected', actor: 'user', createdAt: 3 }
    const [written] = await db.insert(tables.events).values(event).returning()
    expect(written).toMatchObject({ ...event, grantId: null, provider: null, detail: '{}' })
    await db.insert(tables.usedTransactions).values({ id, expiresAt: 4 })
    await db.insert(tables.vaultCanaries).values({ keyNumber: 1, sealed: 'x', createdAt: 5 })
    const pending = { id, grantId: id, userId: id, provider: 'acme', accountId: '', token: 'x' }
    const rest = { tokenKind: 'refresh_token', version: 1, nextAttemptAt: 1, expiresAt: 2 } as const
    const [kept] = await db
      .insert(tables.pendingRevocations)
      .values({ ...pending, ...rest })
      .returning()
    expect(kept).toEqual({ ...pending, ...rest, attempts: 0 })
  })

  test('one living grant an account, and any number of disconnected ones', async () => {
    const { db, tables } = await open()
    const { userId } = grantRow()
    const add = (given: Parameters<typeof grantRow>[0]) =>
      db
        .insert(tables.grants)
        .values(grantRow({ userId, ...given }))
        .onConflictDoNothing()
        .returning({ id: tables.grants.id })
    expect(await add({})).toHaveLength(1)
    expect(await add({})).toHaveLength(0)
    expect(await add({ status: 'reauthorization_required' })).toHaveLength(0)
    expect(await add({ status: 'disconnected' })).toHaveLength(1)
    expect(await add({ status: 'disconnected' })).toHaveLength(1)
    expect(await add({ accountId: 'acct-2' })).toHaveLength(1)
    const living = await db
      .select({ n: count() })
      .from(tables.grants)
      .where(and(eq(tables.grants.userId, userId), ne(tables.grants.status, 'disconnected')))
    expect(living).toEqual([{ n: 2 }])
  })

  test('a living grant can be upserted by its account', async () => {
    const { db, tables } = await open()
    const { grants } = tables
    const row = grantRow()
    const upsert = (id: string) =>
      db
        .insert(grants)
        .values({ ...row, id })
        .onConflictDoUpdate({
          target: [grants.userId, grants.provider, grants.accountId],
          targetWhere: sql`${grants.status} <> 'disconnected'`,
          set: { version: sql`${grants.version} + 1` },
        })
        .returning({ id: grants.id, version: grants.version })
    expect(await upsert(row.id)).toEqual([{ id: row.id, version: 1 }])
    expect(await upsert(randomUUID())).toEqual([{ id: row.id, version: 2 }])
  })

  test('one user an issuer, sub and organization', async () => {
    const { db, tables } = await open()
    const add = (org: string) =>
      db
        .insert(tables.users)
        .values({ id: randomUUID(), issuer: 'i', sub: 's', org, createdAt: 1, seenAt: 1 })
        .onConflictDoUpdate({
          target: [tables.users.issuer, tables.users.sub, tables.users.org],
          set: { seenAt: 2 },
        })
        .returning({ id: tables.users.id })
    const [first] = await add('')
    expect(await add('')).toEqual([first])
    expect(await add('org_1')).not.toEqual([first])
  })

  test('of twenty that want a lease at once, one gets it', async () => {
    const { db, tables } = await open()
    const row = grantRow()
    await db.insert(tables.grants).values(row)
    const now = Date.now()
    const take = () =>
      db
        .update(tables.grants)
        .set({ leaseId: randomUUID(), leaseUntil: now + 30_000 })
        .where(and(eq(tables.grants.id, row.id), lt(tables.grants.leaseUntil, now)))
        .returning({ id: tables.grants.id })
    const taken = await Promise.all(Array.from({ length: 20 }, take))
    expect(taken.flat()).toHaveLength(1)
  })

  test('the clock of the database tells milliseconds, also where a row is written', async () => {
    const { db, tables, clock } = await open()
    const row = grantRow()
    await db.insert(tables.grants).values(row)
    const before = Date.now() - 1000
    const [written] = await db
      .update(tables.grants)
      .set({ leaseUntil: sql`${clock} + 30000` })
      .where(and(eq(tables.grants.id, row.id), lt(tables.grants.leaseUntil, clock)))
      .returning({ until: tables.grants.leaseUntil, now: clock })
    expect(written?.now).toBeGreaterThan(before)
    expect(written?.now).toBeLessThan(before + 10_000)
    expect(written?.until).toBeGreaterThanOrEqual((written?.now ?? 0) + 29_000)
  })

  test('a prepared query can be run again and again', async () => {
    const { db, tables } = await open()
    const row = grantRow()
    await db.insert(tables.grants).values(row)
    const byId = db
      .select({ id: tables.grants.id })
      .from(tables.grants)
      .where(eq(tables.grants.id, sql.placeholder('id')))
      .orderBy(asc(tables.grants.id))
      .prepare('')
    expect(await byId.execute({ id: row.id })).toEqual([{ id: row.id }])
    expect(await byId.execute({ id: 'another' })).toEqual([])
  })
})
