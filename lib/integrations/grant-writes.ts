import { and, eq, getTableColumns, isNull, sql } from 'drizzle-orm'
import { fillable, placeholders, preparedOnce } from '#db/prepared'
import type { GrantRow } from '#db/schema'
import { type Lifetimes, lifetimeColumns } from './lifetimes.ts'

/** A row as it is written: what is told by the database's clock stands there as a duration. */
export type NewGrant = Omit<GrantRow, keyof ReturnType<typeof lifetimeColumns> | 'connectedAt'> &
  Lifetimes

/** The columns of a grant whose present tokens have given no trouble yet. */
export const untroubled = {
  refreshError: null,
  refreshFailures: 0,
  refreshFailingSince: null,
  refreshNotBefore: 0,
  unansweredSends: 0,
  inDoubtSince: null,
} as const

/** The queries of every connect, their texts built once: they name forty columns. */
export const grantWrites = preparedOnce(({ db, tables, clock }) => {
  const { grants, users } = tables
  const byClock = { connectedAt: clock, ...lifetimeColumns({ clock }) }
  const names = Object.keys(getTableColumns(grants)).filter((name) => !Object.hasOwn(byClock, name))
  const row = { ...placeholders(names as (keyof GrantRow)[]), ...byClock }
  // Not bound anew for each call: an index has a condition on it.
  const isLiving = sql`${grants.status} <> 'disconnected'`
  return {
    findByAccount: db
      .select()
      .from(grants)
      .where(
        and(
          eq(grants.userId, sql.placeholder('userId')),
          eq(grants.provider, sql.placeholder('provider')),
          eq(grants.accountId, sql.placeholder('accountId')),
          isLiving,
        ),
      )
      .prepare(''),
    /** Whoever was switched off between the session's check and this write gets nothing stored. */
    stillActive: fillable<{ userId: string; seenAt: number }>(
      db
        .update(users)
        .set(placeholders(['seenAt']))
        .where(and(eq(users.id, sql.placeholder('userId')), isNull(users.disabledAt))),
    ),
    insert: fillable<NewGrant>(db.insert(grants).values(row)),
    /** Takes the row over whoever holds its lease: the new version makes that holder's commit miss. */
    replace: fillable<NewGrant & { replacedVersion: number }>(
      db
        .update(grants)
        .set(row)
        .where(
          and(
            eq(grants.id, sql.placeholder('id')),
            eq(grants.version, sql.placeholder('replacedVersion')),
            isLiving,
          ),
        ),
    ),
  }
})
