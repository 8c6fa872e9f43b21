import { randomUUID } from 'node:crypto'
import type { Database } from '#db'
import type { GrantRow } from '#db/schema'
import { grantRow } from '#db/testing/rows'
import { oncePerProcess } from '#lib/process'
import type { User } from '#lib/session'
import { bondOf } from '#lib/user-bonds'
import { seal } from '#lib/vault'

/** Makes this the database of the process, which the verbs use. */
export function useDatabase(opened: Database): Database {
  oncePerProcess('database', (): { opened?: Promise<Database> } => ({})).opened =
    Promise.resolve(opened)
  return opened
}

/** A user who has logged in: the row, and the proof that verbs ask for. */
export async function addUser(
  { db, tables }: Database,
  sub = `auth0|${randomUUID()}`,
): Promise<User> {
  const id = randomUUID()
  const login = { id, issuer: 'https://login.test/', sub, org: '' }
  const mac = bondOf(login)
  await db.insert(tables.users).values({ ...login, mac, createdAt: 1, seenAt: 1 })
  return { ...login, name: null, email: null } as unknown as User
}

/** A grant of this user with sealed tokens, but for what the test says. */
export async function addGrant(
  { db, tables }: Database,
  user: User,
  { tokens = { access: 'AT_cnry_old', refresh: 'RT_cnry_old' }, ...given }: GivenGrant = {},
): Promise<string> {
  const row = grantRow({ userId: user.id, accountId: `acct-${randomUUID()}`, ...given })
  const context = {
    ...{ grantId: row.id, userId: row.userId, provider: row.provider },
    version: row.version ?? 1,
  }
  const { access, refresh } = tokens
  await db.insert(tables.grants).values({
    ...row,
    accessToken: access ? seal(access, { ...context, field: 'access_token' }) : null,
    refreshToken: refresh ? seal(refresh, { ...context, field: 'refresh_token' }) : null,
  })
  return row.id
}

type GivenGrant = Partial<GrantRow> & { tokens?: { access?: string; refresh?: string } }
