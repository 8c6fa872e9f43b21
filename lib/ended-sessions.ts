import { and, eq, exists, gte, lt, ne, or, type SQL, sql } from 'drizzle-orm'
import { type Database, database } from '#db'
import { preparedOnce } from '#db/prepared'
import type { Identity } from '#lib/login/driver'
import type { Logout } from '#lib/login/logout-token'
import { sessionLife } from '#lib/login/session-cookie'

/**
 * 1 where the login issuer has ended a session since it began, else 0: a column for a query whose
 * placeholders `issuer`, `sub`, `id`, `sid` and `since` are that session's. It is asked along with the user, since
 * every request of one begins with both.
 */
export function hasEnded(opened: Database): SQL<number> {
  return sql<number>`case when ${exists(endings(opened))} then 1 else 0 end`
}

/**
 * The same of a session alone.
 * @throws {GrantkeeperError} `storage_unavailable`
 */
export async function isEnded({ issuer, sub, session }: Identity): Promise<boolean> {
  const found = await preparedEndings(await database()).execute({ issuer, sub, ...session })
  return found.length > 0
}

const preparedEndings = preparedOnce((opened) => endings(opened).limit(1).prepare(''))

function endings({ db, tables: { endedSessions: ended } }: Database) {
  // A logout here names the session itself.
  const isItself = eq(ended.sid, sql.placeholder('id'))
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
    .where(and(isFromHere, isSince, or(isItself, isThisOne, isOfTheUser)))
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
    .values({ issuer, sid, sub, ...times })
    .onConflictDoUpdate({
      target: [ended.issuer, ended.sid, ended.sub],
      set: times,
      setWhere: lt(ended.endedAt, at),
    })
}

/**
 * Ends a session that its user has logged out of, in every copy of its cookie, and what the same session of
 * the issuer brought before. All of it by the time of the login, so that no clock of ours counts, and never
 * by the user's name, which would end what goes on in other browsers.
 * @throws {GrantkeeperError} `storage_unavailable`
 */
export async function endSession({ issuer, session }: Identity): Promise<void> {
  const { id, sid, since } = session
  await endSessions({ issuer, sid: id, sub: '', at: since })
  if (sid !== '') await endSessions({ issuer, sid, sub: '', at: since - 1 })
}

/** For clocks that differ. */
const marginS = 3600

/** Forgets what no session can still be about. */
export async function forgetEnded(now: number): Promise<void> {
  const { db, tables } = await database()
  await db.delete(tables.endedSessions).where(lt(tables.endedSessions.expiresAt, now))
}
