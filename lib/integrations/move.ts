import { randomUUID } from 'node:crypto'
import { and, eq, ne } from 'drizzle-orm'
import { database } from '#db'
import type { GrantRow } from '#db/schema'
import { type EventType, eventStep } from '#lib/audit'
import { GrantkeeperError } from '#lib/errors'
import { assertBound, bondOf } from '#lib/user-bonds'
import { open, seal } from '#lib/vault'
import { checkCanary } from '#lib/vault-canary'
import { type Lease, releaseLease, takeLease } from './lease.ts'

/** A login, as users are told apart. */
export type Login = { issuer: string; sub: string; org: string }

/** A living grant of the one login, and whether the other has connected the same account. */
export type Movable = Pick<GrantRow, 'id' | 'provider' | 'status'> & {
  account: string
  isClash: boolean
}

/** What a move would carry over. `to` is undefined where that login has never been here. */
export type Plan = {
  from: string
  to: string | undefined
  isSwitchedOff: boolean
  grants: Movable[]
}

/**
 * What carrying the grants of one login to another would do. For an administrator at the command line,
 * who says that both are one person's: no session proves it, so no route may call this.
 * @returns undefined where nobody is known by the first login
 * @throws {GrantkeeperError} `credential_unreadable` where the vault does not vouch for one of the two
 */
export async function planMove(from: Login, to: Login): Promise<Plan | undefined> {
  const [source, target] = await Promise.all([findUser(from), findUser(to)])
  if (!source) return undefined
  const taken = new Set((target ? await livingGrants(target.id) : []).map(accountOf))
  const grants = (await livingGrants(source.id)).map((grant) => ({
    ...{ id: grant.id, provider: grant.provider, status: grant.status },
    account: grant.accountLabel || grant.accountId,
    isClash: taken.has(accountOf(grant)),
  }))
  const isSwitchedOff = [source, target].some((user) => user && user.disabledAt !== null)
  return { from: source.id, to: target?.id, isSwitchedOff, grants }
}

/**
 * Carries them over: each under its lease, its tokens sealed anew for the new user, with an event in both
 * trails, in one transaction. What was moved before a failure stays moved; moving again does the rest.
 * @throws {GrantkeeperError} `account_mismatch` where both have the same account, `access_denied` where
 *   one of the two is switched off, `credential_unreadable`, `temporarily_unavailable`, `storage_unavailable`
 */
export async function moveGrants(plan: Plan, to: Login): Promise<void> {
  if (plan.isSwitchedOff) throw new GrantkeeperError('access_denied')
  if (plan.grants.some(({ isClash }) => isClash)) throw new GrantkeeperError('account_mismatch')
  await checkCanary()
  const target = plan.to ?? (await makeUser(plan.from, to))
  for (const { id } of plan.grants) await moveOne(await takeLease({ id: plan.from }, id), target)
}

async function moveOne(lease: Lease, userId: string): Promise<void> {
  try {
    if (await store(lease, userId)) return
  } catch (error) {
    await releaseLease(lease)
    throw error
  }
  await releaseLease(lease)
  // Connected by the other login meanwhile, or ended by its user.
  throw new GrantkeeperError('account_mismatch')
}

/** Fenced by lease and version; a unique index refuses a second grant of one account. */
async function store({ id: leaseId, grant }: Lease, userId: string): Promise<boolean> {
  const opened = await database()
  const { grants } = opened.tables
  const isOurs = and(
    eq(grants.id, grant.id),
    eq(grants.leaseId, leaseId),
    eq(grants.version, grant.version),
    ne(grants.status, 'disconnected'),
  )
  const moved = { ...resealed(grant, userId), leaseId: null, leaseUntil: 0 }
  const event = (owner: string, type: EventType) => ({
    ...{ userId: owner, grantId: grant.id, provider: grant.provider },
    ...{ type, actor: 'system' as const },
  })
  return opened.atomically((tx) => [
    { query: tx.update(grants).set(moved).where(isOurs), expect: 1 },
    eventStep(opened, event(grant.userId, 'moved_away')),
    eventStep(opened, event(userId, 'moved_here')),
  ])
}

/** A sealed token opens for its own user alone. */
function resealed(grant: GrantRow, userId: string) {
  const context = { grantId: grant.id, provider: grant.provider }
  const version = grant.version + 1
  const anew = (field: 'access_token' | 'refresh_token', sealed: string | null) => {
    if (sealed === null) return null
    const { userId: owner, version: before } = grant
    const token = open(sealed, { ...context, field, userId: owner, version: before })
    return seal(token, { ...context, field, userId, version })
  }
  return {
    userId,
    version,
    accessToken: anew('access_token', grant.accessToken),
    refreshToken: anew('refresh_token', grant.refreshToken),
  }
}

async function findUser({ issuer, sub, org }: Login) {
  const { db, tables } = await database()
  const { users } = tables
  const [user] = await db
    .select({ id: users.id, disabledAt: users.disabledAt, mac: users.mac })
    .from(users)
    .where(and(eq(users.issuer, issuer), eq(users.sub, sub), eq(users.org, org)))
  if (user) await assertBound({ ...user, issuer, sub, org })
  return user
}

async function livingGrants(userId: string) {
  const { db, tables } = await database()
  const { grants } = tables
  const { id, provider, accountId, accountLabel, status } = grants
  return db
    .select({ id, provider, accountId, accountLabel, status })
    .from(grants)
    .where(and(eq(grants.userId, userId), ne(grants.status, 'disconnected')))
    .orderBy(provider, accountId)
}

/** By which the database, too, tells one user's grants apart. */
function accountOf({ provider, accountId }: Pick<GrantRow, 'provider' | 'accountId'>): string {
  return JSON.stringify([provider, accountId])
}

/** The row that the new login will find. It is the same person, so it is called the same. */
async function makeUser(from: string, to: Login): Promise<string> {
  const { db, tables } = await database()
  const { users } = tables
  const { name, email } = users
  const [known] = await db.select({ name, email }).from(users).where(eq(users.id, from))
  const now = Date.now()
  const id = randomUUID()
  const mac = bondOf({ ...to, id })
  await db
    .insert(users)
    .values({ id, ...to, ...known, mac, createdAt: now, seenAt: now })
    .onConflictDoNothing()
  const made = await findUser(to)
  if (!made) throw new GrantkeeperError('storage_unavailable')
  return made.id
}
