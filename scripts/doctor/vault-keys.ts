import { and, gt, isNull, like, or, type SQL, sql } from 'drizzle-orm'
import type { Database } from '#db'
import type { KeyRing } from '#lib/settings/values'
import { type Finding, good, note } from './finding.ts'

const about = 'VAULT_KEYS'

/**
 * What each key still has: the tokens that it has sealed, the users and the living API keys that it vouches
 * for. Each table is read once, however many keys there are: of a million grants that takes some seconds.
 */
export async function examineVaultKeys(database: Database, ring: KeyRing): Promise<Finding[]> {
  const numbers = [...ring.keys()].toSorted((a, b) => a - b)
  const counts = await countByKey(database, numbers)
  const newest = Math.max(...numbers)
  const isEmpty = [...counts.values()].every((of) => totalOf(of) === 0)
  if (isEmpty) return []
  const idle = numbers.filter((number) => number !== newest && totalOf(counts.get(number)) === 0)
  return [
    good(about, numbers.map((number) => said(number, counts.get(number))).join(' ')),
    ...idle.map((number) =>
      note(
        about,
        `Key ${number} is no longer needed: nothing that is stored names it`,
        `Take it out of VAULT_KEYS, unless a backup that you may restore is older than key ${newest}.`,
      ),
    ),
  ]
}

type Counts = { tokens: number; users: number; apiKeys: number }

async function countByKey(database: Database, numbers: number[]): Promise<Map<number, Counts>> {
  const { grants, pendingRevocations, users, apiKeys } = database.tables
  const isAlive = and(
    isNull(apiKeys.revokedAt),
    or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, database.clock)),
  )
  const sealed = (number: number) => `gk1.${number}.%`
  const vouched = (number: number) => `m1.${number}.%`
  const [access, refresh, pending, people, keys] = await Promise.all([
    count(
      database,
      grants,
      numbers.map((number) => like(grants.accessToken, sealed(number))),
    ),
    count(
      database,
      grants,
      numbers.map((number) => like(grants.refreshToken, sealed(number))),
    ),
    count(
      database,
      pendingRevocations,
      numbers.map((number) => like(pendingRevocations.token, sealed(number))),
    ),
    count(
      database,
      users,
      numbers.map((number) => like(users.mac, vouched(number))),
    ),
    count(
      database,
      apiKeys,
      numbers.map((number) => and(isAlive, like(apiKeys.mac, vouched(number)))),
    ),
  ])
  return new Map(
    numbers.map((number, n) => [
      number,
      {
        tokens: at(access, n) + at(refresh, n) + at(pending, n),
        users: at(people, n),
        apiKeys: at(keys, n),
      },
    ]),
  )
}

type Counted = Database['tables']['grants' | 'pendingRevocations' | 'users' | 'apiKeys']

/** How many rows each of these is true of, by one reading of the table. */
async function count(
  { db }: Database,
  table: Counted,
  conditions: (SQL | undefined)[],
): Promise<Record<string, number>> {
  const sums = conditions.map((isSo, n) => [
    `n${n}`,
    sql<number>`coalesce(sum(case when ${isSo} then 1 else 0 end), 0)`.mapWith(Number),
  ])
  const [row] = await db.select(Object.fromEntries(sums)).from(table)
  return (row ?? {}) as Record<string, number>
}

function at(counted: Record<string, number>, n: number): number {
  return counted[`n${n}`] ?? 0
}

function totalOf(of: Counts | undefined): number {
  return of ? of.tokens + of.users + of.apiKeys : 0
}

function said(number: number, of: Counts | undefined): string {
  const { tokens = 0, users = 0, apiKeys = 0 } = of ?? {}
  const parts = [many(tokens, 'token'), many(users, 'user'), many(apiKeys, 'API key')]
  return `Key ${number} has ${parts.join(', ')}.`
}

function many(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
