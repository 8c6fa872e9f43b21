import { and, getTableColumns, isNull, sql } from 'drizzle-orm'
import { fillable, matching, placeholders, preparedOnce } from '#db/prepared'
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
  refusedSince: null,
  refusedAt: null,
  refusals: 0,
  unansweredSends: 0,
  inDoubtSince: null,
} as const

/** What a reconnect leaves alone: it may have changed since the row was read, under the same version. */
const lasting: (keyof GrantRow)[] = ['createdAt', 'pausedAt', 'lastUsedAt', 'lastUsedBy']

/** The queries of every connect, their texts built once: they name forty columns. */
export const grantWrites = preparedOnce(({ db, tables, clock }) => {
  const { grants, users } = tables
  const byClock = { connectedAt: clock, ...lifetimeColumns({ clock }) }
  const names = Object.keys(getTableColumns(grants)) as (keyof GrantRow)[]
  const filled = names.filter((name) => !Object.hasOwn(byClock, name))
  const replaced = filled.filter((name) => !lasting.includes(name))
  // What is known of a refresh token stays true of it: its end, its next turn, the trouble it gives.
  const { accessTokenExpiresAt } = byClock
  const renewed = replaced.filter(
    (name) => !Object.hasOwn(untroubled, name) && name !== 'lastRefreshedAt',
  )
  // Not bound anew for each call: an index has a condition on it.
  const isLiving = sql`${grants.status} <> 'disconnected'`
  const { id, version: replacedVersion, leaseId: heldBy, userId, provider, accountId } = grants
  return {
    findByAccount: db
      .select()
      .from(grants)
      .where(and(matching({ userId, provider, accountId }), isLiving))
      .prepare(''),
    /** Whoever was switched off between the session's check and this write gets nothing stored. */
    stillActive: fillable<{ userId: string; seenAt: number }>(
      db
        .update(users)
        .set(placeholders(['seenAt']))
        .where(and(matching({ userId: users.id }), isNull(users.disabledAt))),
    ),
    insert: fillable<NewGrant>(db.insert(grants).values({ ...placeholders(filled), ...byClock })),
    /** Takes the row over whoever holds its lease: the new version makes that holder's commit miss. */
    replace: fillable<NewGrant & { replacedVersion: number }>(
      db
        .update(grants)
        .set({ ...placeholders(replaced), ...byClock })
        .where(and(matching({ id, replacedVersion }), isLiving)),
    ),
    /** The same where the refresh token stays the one that is stored: under the lease, as if it were refreshed. */
    replaceAccess: fillable<NewGrant & { replacedVersion: number; heldBy: string }>(
      db
        .update(grants)
        .set({ ...placeholders(renewed), connectedAt: clock, accessTokenExpiresAt })
        .where(and(matching({ id, replacedVersion, heldBy }), isLiving)),
    ),
  }
})
