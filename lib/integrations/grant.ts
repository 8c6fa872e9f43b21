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
import { type HeldRefreshToken, holdRefreshToken, letGo } from './kept-refresh-token.ts'
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
 * write is guarded by the version that was read: whoever loses reads again and seals anew. A consent that
 * brings no refresh token leaves the stored one in its place.
 * @throws {GrantkeeperError} `account_mismatch` when another account was to be reconnected,
 *   `access_denied` when the user was switched off meanwhile, `storage_unavailable`
 */
export async function keepGrant(user: User, harvest: Harvest): Promise<Kept> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const before = await findByAccount(user, harvest)
    if (harvest.transaction.grant && before?.id !== harvest.transaction.grant)
      throw new GrantkeeperError('account_mismatch')
    const held = await holdRefreshToken(user, harvest.tokens, before)
    const row = toRow(user, harvest, { before: held?.lease.grant ?? before, held })
    const isKept = await store(user, { row, harvest, before: held?.lease.grant ?? before, held })
      .catch(unlessStored(row))
      .finally(() => letGo(held))
    if (isKept) return { grant: row.id, account: harvest.account }
    await assertActive(user)
  }
  throw new GrantkeeperError('storage_unavailable')
}

type Writing = {
  row: NewGrant
  harvest: Harvest
  before: GrantRow | undefined
  held: HeldRefreshToken | undefined
}

async function store(user: User, { row, harvest, before, held }: Writing): Promise<boolean> {
  const opened = await database()
  const { atomically, tables } = opened
  const writes = grantWrites(opened)
  return atomically((tx) => [
    { query: writes.stillActive({ userId: user.id, seenAt: Date.now() }), expect: 1 },
    { query: writing(writes, row, { before, held }), expect: 1 },
    cancelRevocations(opened, row),
    ...replacedToken(tx, tables, harvest, before),
    eventStep(opened, connectedEvent(row, before)),
  ])
}

function writing(
  writes: ReturnType<typeof grantWrites>,
  row: NewGrant,
  { before, held }: Pick<Writing, 'before' | 'held'>,
) {
  if (!before) return writes.insert(row)
  const replacing = { ...row, replacedVersion: before.version }
  return held
    ? writes.replaceAccess({ ...replacing, heldBy: held.lease.id })
    : writes.replace(replacing)
}

/** A grant of this user that is not disconnected, without its tokens. */
export async function findLivingGrant(user: Pick<User, 'id'>, id: string) {
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
  { before, held }: Pick<Writing, 'before' | 'held'>,
): NewGrant {
  const now = Date.now()
  const id = before?.id ?? randomUUID()
  const version = (before?.version ?? 0) + 1
  const context = { grantId: id, userId: user.id, provider: provider.id, version }
  const refreshToken = tokens.refreshToken ?? held?.refreshToken ?? null
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
    refreshToken: refreshToken && seal(refreshToken, { ...context, field: 'refresh_token' }),
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
