import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { and, eq, getTableColumns, lt, ne, type SQL, sql } from 'drizzle-orm'
import { database } from '#db'
import type { GrantRow, Tables } from '#db/schema'
import { goOn } from '#lib/background'
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
  /** By this process's own clocks, before the database was asked for it. */
  askedAt: Moment
}

/** One clock is set by others, the other stands still while a machine sleeps. */
type Moment = { wallMs: number; steadyMs: number }

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
  const askedAt = moment()
  const taken = await db
    .update(grants)
    .set({ ...besides, leaseId: id, leaseUntil: sql`${clock} + ${env().LEASE_MS}` })
    .where(and(wanted, lt(grants.leaseUntil, clock)))
    .returning({ ...getTableColumns(grants), takenAt: clock })
    .catch((error: unknown) => {
      goOn(giveBackUnheard(and(wanted, eq(grants.leaseId, id)), besides))
      throw error
    })
  return taken.map(({ takenAt, ...grant }) => ({ id, grant, takenAt, askedAt }))
}

/**
 * Whether one more call to the provider ends before the lease does. A process that was frozen, or that
 * heard of its lease late, must not use it: somebody else may hold the next one.
 */
export function lastsForCall({ askedAt }: Pick<Lease, 'askedAt'>): boolean {
  const { LEASE_MS, TOKEN_DEADLINE_MS } = env()
  const now = moment()
  const elapsed = Math.max(now.wallMs - askedAt.wallMs, now.steadyMs - askedAt.steadyMs)
  return elapsed <= LEASE_MS - TOKEN_DEADLINE_MS
}

/**
 * The database did not answer, and may have done it all the same: then nobody knows of this lease, and a
 * send is counted that is never sent. Tried now and then, for as long as such a lease would last.
 */
async function giveBackUnheard(
  isOurs: SQL | undefined,
  besides: { unansweredSends?: SQL },
): Promise<void> {
  const { db, tables } = await database()
  const { grants } = tables
  const uncounted = besides.unansweredSends && {
    unansweredSends: sql`${grants.unansweredSends} - 1`,
  }
  const giveUpAt = performance.now() + env().LEASE_MS
  for (let pause = 500; performance.now() < giveUpAt; pause *= 2) {
    await sleep(pause, undefined, { ref: false })
    const given = await db
      .update(grants)
      .set({ ...uncounted, leaseId: null, leaseUntil: 0 })
      .where(isOurs)
      .returning({ id: grants.id })
      .catch(() => [])
    if (given.length > 0) return
  }
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

/** Whether a row is still as the lease found it, and the lease ours. */
export function isHeld(grants: Tables['grants'], { id, grant }: Lease): SQL | undefined {
  return and(eq(grants.id, grant.id), eq(grants.leaseId, id), eq(grants.version, grant.version))
}

/** Now, by both of this process's clocks. */
export function moment(): Moment {
  return { wallMs: Date.now(), steadyMs: performance.now() }
}
