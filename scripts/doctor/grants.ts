import { and, count, eq, ne, notInArray } from 'drizzle-orm'
import type { Database } from '#db'
import { type Finding, note } from './finding.ts'

/** What this deployment is set up for. */
export type Expected = { issuer: string; offered: string[] }

/** Living grants that nothing here can use: their provider, or their user's issuer, is not set up. */
export async function examineGrants(
  database: Database,
  { issuer, offered }: Expected,
): Promise<Finding[]> {
  return [
    ...(await strandedProviders(database, offered)).map(({ provider, grants }) =>
      note(
        'Grants',
        `${grants} at "${provider}", which is not offered: they cannot be used`,
        'Put its client (and its entry) back, until their users have disconnected.',
      ),
    ),
    ...(await strandedIssuers(database, issuer)).map(({ issuer: other, grants }) =>
      note(
        'Grants',
        `${grants} of users of ${other}, and the login issuer is ${issuer}`,
        'If it is the same tenant under a new name, npm run users:move carries them over.',
      ),
    ),
  ]
}

function strandedProviders({ db, tables: { grants } }: Database, offered: string[]) {
  const isElsewhere = offered.length === 0 ? undefined : notInArray(grants.provider, offered)
  return db
    .select({ provider: grants.provider, grants: count() })
    .from(grants)
    .where(and(ne(grants.status, 'disconnected'), isElsewhere))
    .groupBy(grants.provider)
}

function strandedIssuers({ db, tables: { grants, users } }: Database, issuer: string) {
  return db
    .select({ issuer: users.issuer, grants: count() })
    .from(grants)
    .innerJoin(users, eq(users.id, grants.userId))
    .where(and(ne(grants.status, 'disconnected'), ne(users.issuer, issuer)))
    .groupBy(users.issuer)
}
