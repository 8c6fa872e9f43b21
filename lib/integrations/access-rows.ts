import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import { database } from '#db'
import { matching, preparedOnce } from '#db/prepared'
import { assertBound } from '#lib/user-bonds'

/** Whose grants: a user's by his row, or by what the login calls him. */
export type Holder = { provider: string } & (
  | { userId: string }
  | { issuer: string; sub: string; org: string }
)

/** What decides whether a grant's access token can be given; the refresh token is never read here. */
export type AccessRow = Omit<Read, 'hasRefreshToken' | 'accountId' | 'accountLabel' | 'bond'> & {
  isRefreshable: boolean
  account: { id: string; label: string | null }
}

/**
 * The living grants at one provider of a user who has not been switched off, the oldest first.
 * @throws {GrantkeeperError} `credential_unreadable` where the vault does not vouch that they are this login's
 */
export async function readAccessRows(holder: Holder): Promise<AccessRow[]> {
  const queries = prepared(await database())
  const rows = await ('userId' in holder
    ? queries.byUser.execute(holder)
    : queries.byIdentity.execute(holder))
  const [{ userId: id, bond: mac } = { userId: '', bond: null }] = rows
  // Who is named by their row has been proven by their session.
  if (rows.length > 0 && 'sub' in holder) await assertBound({ ...holder, id, mac })
  return rows
    .toSorted(byAge)
    .map(({ hasRefreshToken, accountId, accountLabel, bond: _, ...row }) => ({
      ...row,
      isRefreshable: hasRefreshToken === 1,
      account: { id: accountId, label: accountLabel || null },
    }))
}

type Read = Awaited<ReturnType<ReturnType<typeof prepared>['byUser']['execute']>>[number]

function byAge(one: Read, other: Read): number {
  return one.createdAt - other.createdAt
}

/**
 * As SQLite answers five times as fast: it would plan a status that is bound anew for each call (an index
 * has a condition on it), make a table in order to sort one row, and take its time for a join.
 */
const prepared = preparedOnce(({ db, tables, clock }) => {
  const { grants, users } = tables
  const bond = db.select({ mac: users.mac }).from(users).where(eq(users.id, grants.userId))
  const select = () =>
    db
      .select({
        grantId: grants.id,
        userId: grants.userId,
        provider: grants.provider,
        accountId: grants.accountId,
        accountLabel: grants.accountLabel,
        status: grants.status,
        reason: grants.reason,
        scope: grants.scope,
        requestedScope: grants.requestedScope,
        accessToken: grants.accessToken,
        accessTokenExpiresAt: grants.accessTokenExpiresAt,
        hasRefreshToken: sql<number>`case when ${grants.refreshToken} is null then 0 else 1 end`,
        version: grants.version,
        pausedAt: grants.pausedAt,
        createdAt: grants.createdAt,
        connectedAt: grants.connectedAt,
        lastRefreshedAt: grants.lastRefreshedAt,
        bond: sql<string | null>`(${bond})`,
        now: clock,
      })
      .from(grants)
  const { provider, status } = grants
  const living = and(matching({ provider }), sql`${status} <> 'disconnected'`)
  const ofUser = (isMeant: SQL | undefined) => {
    const user = db
      .select({ id: users.id })
      .from(users)
      .where(and(isMeant, isNull(users.disabledAt)))
    return select()
      .where(and(eq(grants.userId, user), living))
      .prepare('')
  }
  const { id: userId, issuer, sub, org } = users
  return {
    byUser: ofUser(matching({ userId })),
    byIdentity: ofUser(matching({ issuer, sub, org })),
  }
})
