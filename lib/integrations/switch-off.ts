import { and, asc, eq, isNotNull, isNull, ne } from 'drizzle-orm'
import { database } from '#db'
import { eventStep } from '#lib/audit'
import { endSessions } from '#lib/ended-sessions'
import { codeOf } from '#lib/errors'
import { logEvent } from '#lib/telemetry'
import { assertBound } from '#lib/user-bonds'
import { disconnect, type Revocation } from './disconnect.ts'

/** A user as an administrator sees them at the command line, where no session proves anything. */
export type KnownUser = {
  id: string
  issuer: string
  sub: string
  org: string
  disabledAt: number | null
}

/** Everybody who is known by this `sub`, in whatever organization. */
export async function usersOf(issuer: string, sub: string): Promise<KnownUser[]> {
  const { db, tables } = await database()
  const { users } = tables
  return db
    .select({
      id: users.id,
      issuer: users.issuer,
      sub: users.sub,
      org: users.org,
      disabledAt: users.disabledAt,
    })
    .from(users)
    .where(and(eq(users.issuer, issuer), eq(users.sub, sub)))
    .orderBy(asc(users.org))
}

/**
 * Switches a user off: every door reads that with the user's row, so it holds on all instances from the next
 * request on. The sessions that there are have ended for good: switching on brings none of them back.
 * @returns false where they were switched off before
 */
export async function disable(user: KnownUser): Promise<boolean> {
  const isDone = await write(user, { isOff: true })
  const { issuer, sub } = user
  await endSessions({ issuer, sub, sid: '', at: Date.now() })
  if (isDone) logEvent('info', 'user_switched_off')
  return isDone
}

/** Lets a user in again, who logs in anew. False where they were not switched off. */
export async function enable(user: KnownUser): Promise<boolean> {
  const isDone = await write(user, { isOff: false })
  if (isDone) logEvent('info', 'user_switched_on')
  return isDone
}

export type Ended = { provider: string; account: string; outcome: Revocation | 'unfinished' }

/** Disconnects all that a user has, as they could themself, and says of each how that went. */
export async function disconnectAll(user: KnownUser): Promise<Ended[]> {
  const { db, tables } = await database()
  const { users, grants } = tables
  const [row] = await db.select({ mac: users.mac }).from(users).where(eq(users.id, user.id))
  await assertBound({ ...user, mac: row?.mac ?? null })
  const { id, provider, accountId, accountLabel } = grants
  const living = await db
    .select({ id, provider, accountId, accountLabel })
    .from(grants)
    .where(and(eq(grants.userId, user.id), ne(grants.status, 'disconnected')))
    .orderBy(provider, accountId)
  const ended: Ended[] = []
  for (const grant of living) {
    const account = grant.accountLabel || grant.accountId
    ended.push({ provider: grant.provider, account, outcome: await end(user, grant.id) })
  }
  return ended
}

/** One that cannot be ended now keeps no other from being ended. */
async function end(user: KnownUser, grantId: string): Promise<Ended['outcome']> {
  try {
    return await disconnect(user, grantId, 'system')
  } catch (cause) {
    logEvent('warn', 'not_disconnected', { grantId, code: codeOf(cause), cause })
    return 'unfinished'
  }
}

async function write({ id }: KnownUser, { isOff }: { isOff: boolean }): Promise<boolean> {
  const opened = await database()
  const { users } = opened.tables
  const { disabledAt } = users
  const isToChange = and(eq(users.id, id), isOff ? isNull(disabledAt) : isNotNull(disabledAt))
  const type = isOff ? 'switched_off' : 'switched_on'
  return opened.atomically((tx) => [
    {
      query: tx
        .update(users)
        .set({ disabledAt: isOff ? Date.now() : null })
        .where(isToChange),
      expect: 1,
    },
    eventStep(opened, { userId: id, grantId: null, provider: null, type, actor: 'system' }),
  ])
}
