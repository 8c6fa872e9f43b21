import { and, eq, gte, lt, ne, or } from 'drizzle-orm'
import { database } from '#db'
import type { Identity } from '#lib/login/driver'
import type { Logout } from '#lib/login/logout-token'
import { sessionLife } from '#lib/login/session-cookie'

/**
 * Whether the login issuer has ended the session since it began.
 * @throws {GrantkeeperError} `storage_unavailable`
 */
export async function hasEnded({ issuer, sub, session }: Identity): Promise<boolean> {
  const { db, tables } = await database()
  const { endedSessions: ended } = tables
  const isThisOne = and(eq(ended.sid, session.sid), ne(ended.sid, ''))
  const isAnyOfTheUser = and(
    ...[eq(ended.sid, ''), eq(ended.sub, sub), gte(ended.endedAt, session.since)],
  )
  const found = await db
    .select({ sid: ended.sid })
    .from(ended)
    .where(and(eq(ended.issuer, issuer), or(isThisOne, isAnyOfTheUser)))
    .limit(1)
  return found.length > 0
}

/**
 * Ends what a logout token names. To be told twice, or of an earlier logout, changes nothing: times are
 * the issuer's own, so that a replayed token ends no session that began after it.
 * @throws {GrantkeeperError} `storage_unavailable`
 */
export async function endSessions({ issuer, sid, sub, at }: Logout): Promise<void> {
  const { db, tables } = await database()
  const { endedSessions: ended } = tables
  const times = { endedAt: at, expiresAt: at + 1000 * (sessionLife.totalS + marginS) }
  await db
    .insert(ended)
    .values({ issuer, sid, sub: sid === '' ? sub : '', ...times })
    .onConflictDoUpdate({
      target: [ended.issuer, ended.sid, ended.sub],
      set: times,
      setWhere: lt(ended.endedAt, at),
    })
}

/** For clocks that differ. */
const marginS = 3600

/** Forgets what no session can still be about. */
export async function forgetEnded(now: number): Promise<void> {
  const { db, tables } = await database()
  await db.delete(tables.endedSessions).where(lt(tables.endedSessions.expiresAt, now))
}
