import { randomUUID } from 'node:crypto'
import { and, eq, ne } from 'drizzle-orm'
import { database } from '#db'
import type { GrantRow } from '#db/schema'
import { type Event, eventStep } from '#lib/audit'
import { GrantkeeperError } from '#lib/errors'
import type { Account } from '#lib/oauth/account'
import type { ResolvedProvider } from '#lib/oauth/metadata'
import type { Tokens } from '#lib/oauth/token-response'
import type { Transaction } from '#lib/oauth/transaction'
import type { User } from '#lib/session'
import { seal } from '#lib/vault'
import { grantWrites, type NewGrant, untroubled } from './grant-writes.ts'
import { lifetimesOf } from './lifetimes.ts'
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
  const writes = grantWrites(opened)
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const before = await findByAccount(user, harvest)
    if (harvest.transaction.grant && before?.id !== harvest.transaction.grant)
      throw new GrantkeeperError('account_mismatch')
    const row = toRow(user, harvest, before)
    const kept = before
      ? writes.replace({ ...row, replacedVersion: before.version })
      : writes.insert(row)
    const isKept = await atomically((tx) => [
      { query: writes.stillActive({ userId: user.id, seenAt: Date.now() }), expect: 1 },
      { query: kept, expect: 1 },
      cancelRevocations(opened, row),
      ...replacedToken(tx, tables, harvest, before),
      eventStep(opened, connectedEvent(row, before)),
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

/** A commit whose answer was lost may have happened: then nothing must be given back. */
function unlessStored({ id, accessToken }: NewGrant): (error: unknown) => Promise<true> {
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
  const key = { userId: user.id, provider: provider.id, accountId: account.id }
  const [row] = await grantWrites(await database()).findByAccount.execute(key)
  return row
}

function toRow(
  user: User,
  { provider, transaction, tokens, account }: Harvest,
  before: GrantRow | undefined,
): NewGrant {
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
    pausedAt: null,
    createdAt: now,
    updatedAt: now,
    lastUsedAt: null,
    lastUsedBy: null,
    lastRefreshedAt: null,
    ...untroubled,
    ...lifetimesOf(provider, tokens),
    disconnectedAt: null,
    revocation: null,
  }
}

function connectedEvent(row: NewGrant, before: GrantRow | undefined): Event {
  return {
    userId: row.userId,
    grantId: row.id,
    provider: row.provider,
    type: before ? 'reconnected' : 'connected',
    detail: { scope: row.scope },
  }
}

async function assertActive(user: User): Promise<void> {
  const { db, tables } = await database()
  const [row] = await db
    .select({ disabledAt: tables.users.disabledAt })
    .from(tables.users)
    .where(eq(tables.users.id, user.id))
  if (row?.disabledAt !== null) throw new GrantkeeperError('access_denied')
}
