import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { and, eq, lt, ne, sql } from 'drizzle-orm'
import { database } from '#db'
import type { GrantRow } from '#db/schema'
import { env } from '#lib/env'
import { GrantkeeperError } from '#lib/errors'
import type { User } from '#lib/session'

/** The right to talk to the provider about one grant, until a time. It names its holder. */
export type Lease = { id: string; grant: GrantRow }

/**
 * Takes the lease of a living grant, waiting for another holder as long as one lease lasts. That it
 * could be written also proves that the database can be.
 * @throws {GrantkeeperError} `not_connected` when there is no such grant, `temporarily_unavailable`
 */
export async function takeLease(user: User, grantId: string): Promise<Lease> {
  const giveUpAt = Date.now() + env().LEASE_MS
  for (;;) {
    const lease = await tryLease(user, grantId)
    if (lease) return lease
    if (Date.now() > giveUpAt)
      throw new GrantkeeperError('temporarily_unavailable', { retryAfterS: 5 })
    await sleep(100 + Math.random() * 200)
  }
}

/** Gives a lease back early, if it is still ours. */
export async function releaseLease({ id, grant }: Lease): Promise<void> {
  const { db, tables } = await database()
  await db
    .update(tables.grants)
    .set({ leaseId: null, leaseUntil: 0 })
    .where(and(eq(tables.grants.id, grant.id), eq(tables.grants.leaseId, id)))
}

async function tryLease(user: User, grantId: string): Promise<Lease | undefined> {
  const { db, tables } = await database()
  const { grants } = tables
  const isOurs = and(
    eq(grants.id, grantId),
    eq(grants.userId, user.id),
    ne(grants.status, 'disconnected'),
  )
  const id = randomUUID()
  const now = Date.now()
  const [grant] = await db
    .update(grants)
    .set({ leaseId: id, leaseUntil: now + env().LEASE_MS })
    .where(and(isOurs, lt(grants.leaseUntil, now)))
    .returning()
  if (grant) return { id, grant }
  const [held] = await db.select({ one: sql`1` }).from(grants).where(isOurs)
  if (!held) throw new GrantkeeperError('not_connected')
  return undefined
}
