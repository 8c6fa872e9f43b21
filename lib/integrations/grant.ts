import { randomUUID } from 'node:crypto'
import { and, eq, isNull, ne, type SQL, sql } from 'drizzle-orm'
import { database, type Handle } from '#db'
import type { GrantRow, Tables } from '#db/schema'
import { eventQuery } from '#lib/audit'
import { GrantkeeperError } from '#lib/errors'
import type { Account } from '#lib/oauth/account'
import type { ResolvedProvider } from '#lib/oauth/metadata'
import type { Tokens } from '#lib/oauth/token-response'
import type { Transaction } from '#lib/oauth/transaction'
import type { User } from '#lib/session'
import { seal } from '#lib/vault'
import { type Lifetimes, lifetimesOf } from './lifetimes.ts'
import { cancelRevocations, replacedToken } from './revocation.ts'

/** The grant that was kept, and whose account it is. */
export type Kept = { grant: string; account: Account }

/** What an attempt brought: everything that a grant is made of. */
export type Harvest = {
  provider: ResolvedProvider
  transaction: Transaction
  tokens: Tokens
  account: Account
}

/**
 * Keeps what was received, as a new grant or in the living one of that account, whose id stays. The
 * write is guarded by the version that was read: whoever loses reads again and seals anew.
 * @throws {GrantkeeperError} `account_mismatch` when another account was to be reconnected,
 *   `access_denied` when the user was switched off meanwhile, `storage_unavailable`
 */
export async function keepGrant(user: User, harvest: Harvest): Promise<Kept> {
  const opened = await database()
  const { atomically, tables } = opened
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const before = await findByAccount(user, harvest)
    if (harvest.transaction.grant && before?.id !== harvest.transaction.grant)
      throw new GrantkeeperError('account_mismatch')
    const row = {
      ...toRow(user, harvest, before),
      connectedAt: sql`${opened.clock}`,
      ...lifetimesOf(opened, harvest.provider, harvest.tokens),
    }
    const isKept = await atomically((tx) => [
      { query: stillActive(tx, tables, user), expect: 1 },
      { query: before ? replace(tx, tables, before, row) : insert(tx, tables, row), expect: 1 },
      { query: cancelRevocations(tx, tables, row), expect: 'any' },
      ...replacedToken(tx, tables, harvest, before),
      { query: connectedEvent(tx, tables, row, before), expect: 1 },
    ]).catch(unlessStored(row))
    if (isKept) return { grant: row.id, account: harvest.account }
    await assertActive(user)
  }
  throw new GrantkeeperError('storage_unavailable')
}

/** A grant of this user that is not disconnected, without its tokens. */
export async function findLivingGrant(user: User, id: string) {
  const { db, tables } = await database()
  const { grants } = tables
  const [grant] = await db
    .select({ id: grants.id, provider: grants.provider, requestedScope: grants.requestedScope })
    .from(grants)
    .where(and(eq(grants.id, id), eq(grants.userId, user.id), ne(grants.status, 'disconnected')))
  return grant
}

/** The columns of a grant whose present tokens have given no trouble yet. */
export const untroubled = {
  refreshError: null,
  refreshFailures: 0,
  refreshFailingSince: null,
  refreshNotBefore: 0,
  unansweredSends: 0,
  inDoubtSince: null,
} as const

/** What is told by the database's clock, which all that reads it goes by. */
type ByClock = Lifetimes & { connectedAt: SQL }

type NewRow = Omit<GrantRow, keyof ByClock> & ByClock

/** A commit whose answer was lost may have happened: then nothing must be given back. */
function unlessStored({ id, accessToken }: NewRow): (error: unknown) => Promise<true> {
  return async (error) => {
    const { db, tables } = await database()
    const { grants } = tables
    const stored = await db
      .select({ accessToken: grants.accessToken })
      .from(grants)
      .where(eq(grants.id, id))
      .catch(() => [])
    if (stored[0]?.accessToken === accessToken) return true
    throw error
  }
}

async function findByAccount(
  user: User,
  { provider, account }: Harvest,
): Promise<GrantRow | undefined> {
  const { db, tables } = await database()
  const { grants } = tables
  const [row] = await db
    .select()
    .from(grants)
    .where(
      and(
        eq(grants.userId, user.id),
        eq(grants.provider, provider.id),
        eq(grants.accountId, account.id),
        ne(grants.status, 'disconnected'),
      ),
    )
  return row
}

function toRow(
  user: User,
  { provider, transaction, tokens, account }: Harvest,
  before?: GrantRow,
): Omit<GrantRow, keyof ByClock> {
  const now = Date.now()
  const id = before?.id ?? randomUUID()
  const version = (before?.version ?? 0) + 1
  const context = { grantId: id, userId: user.id, provider: provider.id, version }
  return {
    id,
    version,
    userId: user.id,
    provider: provider.id,
    accountId: account.id,
    accountLabel: account.label ?? '',
    status: 'active',
    reason: null,
    scope: (tokens.scope ?? transaction.scope).join(' '),
    requestedScope: transaction.scope.join(' '),
    accessToken: seal(tokens.accessToken, { ...context, field: 'access_token' }),
    refreshToken:
      tokens.refreshToken && seal(tokens.refreshToken, { ...context, field: 'refresh_token' }),
    tokenType: 'bearer',
    leaseId: null,
    leaseUntil: 0,
    pausedAt: before?.pausedAt ?? null,
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
    lastUsedAt: before?.lastUsedAt ?? null,
    lastUsedBy: before?.lastUsedBy ?? null,
    lastRefreshedAt: null,
    ...untroubled,
    disconnectedAt: null,
    revocation: null,
  }
}

/** Whoever was switched off between the session's check and this write gets nothing stored. */
function stillActive(tx: Handle, { users }: Tables, user: User) {
  return tx
    .update(users)
    .set({ seenAt: Date.now() })
    .where(and(eq(users.id, user.id), isNull(users.disabledAt)))
}

function insert(tx: Handle, { grants }: Tables, row: NewRow) {
  return tx.insert(grants).values(row)
}

/** Takes the row over whoever holds its lease: the new version makes that holder's commit miss. */
function replace(tx: Handle, { grants }: Tables, before: GrantRow, row: NewRow) {
  return tx
    .update(grants)
    .set(row)
    .where(
      and(
        eq(grants.id, before.id),
        eq(grants.version, before.version),
        ne(grants.status, 'disconnected'),
      ),
    )
}

function connectedEvent(tx: Handle, tables: Tables, row: NewRow, before?: GrantRow) {
  return eventQuery(tx, tables, {
    userId: row.userId,
    grantId: row.id,
    provider: row.provider,
    type: before ? 'reconnected' : 'connected',
    detail: { scope: row.scope },
  })
}

async function assertActive(user: User): Promise<void> {
  const { db, tables } = await database()
  const [row] = await db
    .select({ disabledAt: tables.users.disabledAt })
    .from(tables.users)
    .where(eq(tables.users.id, user.id))
  if (row?.disabledAt !== null) throw new GrantkeeperError('access_denied')
}
