import { and, eq, gte, lt, ne, or, sql } from 'drizzle-orm'
import { database } from '#db'
import { preparedOnce } from '#db/prepared'
import type { Identity } from '#lib/login/driver'
import type { Logout } from '#lib/login/logout-token'
import { sessionLife } from '#lib/login/session-cookie'

/**
 * Whether the login issuer has ended the session since it began.
 * @throws {GrantkeeperError} `storage_unavailable`
 */
export async function hasEnded({ issuer, sub, session }: Identity): Promise<boolean> {
  const found = await preparedFind(await database()).execute({ issuer, sub, ...session })
  return found.length > 0
}

/** Every request of a user begins with it. */
const preparedFind = preparedOnce(({ db, tables: { endedSessions: ended } }) => {
  const isThisOne = and(eq(ended.sid, sql.placeholder('sid')), ne(ended.sid, ''))
  // A session of which the issuer told no id may be any of the user's.
  const isUnnamed = or(eq(ended.sid, ''), sql`${sql.placeholder('sid')} = ''`)
  const isOfTheUser = and(eq(ended.sub, sql.placeholder('sub')), isUnnamed)
  // An id may live on at the issuer: a login after the logout is a new session all the same.
  const isSince = gte(ended.endedAt, sql.placeholder('since'))
  const isFromHere = eq(ended.issuer, sql.placeholder('issuer'))
  return db
    .select({ sid: ended.sid })
    .from(ended)
    .where(and(isFromHere, isSince, or(isThisOne, isOfTheUser)))
    .limit(1)
    .prepare('')
})

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
    .values({ issuer, sid, sub, ...times })
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
