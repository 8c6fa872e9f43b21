import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { and, eq, getTableColumns, lt, ne, type SQL, sql } from 'drizzle-orm'
import { database } from '#db'
import type { GrantRow } from '#db/schema'
import { env } from '#lib/env'
import { GrantkeeperError } from '#lib/errors'
import type { User } from '#lib/session'

/** The right to talk to the provider about one grant, until a time. It names its holder. */
export type Lease = {
  id: string
  /** As it is now: nobody else may write its tokens. */
  grant: GrantRow
  /** By the database's clock, in milliseconds, when the lease was taken. */
  takenAt: number
}

/**
 * Takes the lease of a living grant, waiting for another holder as long as one lease lasts. That it
 * could be written also proves that the database can be.
 * @throws {GrantkeeperError} `not_connected` when there is no such grant, `temporarily_unavailable`
 */
export async function takeLease(user: Pick<User, 'id'>, grantId: string): Promise<Lease> {
  const giveUpAt = performance.now() + env().LEASE_MS
  const isOurs = await living(user, grantId)
  for (;;) {
    const [lease] = await tryLeases(isOurs)
    if (lease) return lease
    await assertThere(isOurs)
    if (performance.now() > giveUpAt)
      throw new GrantkeeperError('temporarily_unavailable', { retryAfterS: 5 })
    await sleep(100 + Math.random() * 200)
  }
}

/**
 * Takes the lease of every grant of `wanted` that nobody holds, without waiting.
 * @param besides what is written along with it
 */
export async function tryLeases(
  wanted: SQL | undefined,
  besides: { unansweredSends?: SQL } = {},
): Promise<Lease[]> {
  const { db, tables, clock } = await database()
  const { grants } = tables
  const id = randomUUID()
  const taken = await db
    .update(grants)
    .set({ ...besides, leaseId: id, leaseUntil: sql`${clock} + ${env().LEASE_MS}` })
    .where(and(wanted, lt(grants.leaseUntil, clock)))
    .returning({ ...getTableColumns(grants), takenAt: clock })
  return taken.map(({ takenAt, ...grant }) => ({ id, grant, takenAt }))
}

/** Gives a lease back early, if it is still ours. */
export async function releaseLease(
  { id, grant }: Lease,
  besides: Partial<GrantRow> = {},
): Promise<void> {
  const { db, tables } = await database()
  await db
    .update(tables.grants)
    .set({ ...besides, leaseId: null, leaseUntil: 0 })
    .where(and(eq(tables.grants.id, grant.id), eq(tables.grants.leaseId, id)))
}

async function living(user: Pick<User, 'id'>, grantId: string): Promise<SQL | undefined> {
  const { grants } = (await database()).tables
  return and(eq(grants.id, grantId), eq(grants.userId, user.id), ne(grants.status, 'disconnected'))
}

async function assertThere(isOurs: SQL | undefined): Promise<void> {
  const { db, tables } = await database()
  const [held] = await db.select({ one: sql`1` }).from(tables.grants).where(isOurs)
  if (!held) throw new GrantkeeperError('not_connected')
}
