import { lt } from 'drizzle-orm'
import { database } from '#db'
import { fillable, placeholders, preparedOnce } from '#db/prepared'
import { type ErrorCode, GrantkeeperError } from '#lib/errors'
import type { AuthorizationResponse } from '#lib/oauth/authorization'
import { resolveProvider } from '#lib/oauth/metadata'
import { type Transaction, usedId } from '#lib/oauth/transaction'
import type { OfferedProvider } from '#lib/providers/provider'

/** A response that came back to the callback, and the attempt that its state names. */
export type Attempt = {
  /** The provider of the path that was called. */
  provider: OfferedProvider
  transaction: Transaction
  response: AuthorizationResponse
}

/** Why this response is not from where the attempt was sent, or undefined where it is. */
export async function mixUpOf({
  provider,
  transaction,
  response: { iss },
}: Attempt): Promise<ErrorCode | undefined> {
  if (transaction.provider !== provider.id) return 'provider_mismatch'
  const { configHash, iss_parameter_supported } = await resolveProvider(provider)
  if (transaction.config !== configHash) return 'provider_mismatch'
  // RFC 9207 §2.4: simple string comparison; where it is promised, its absence is an error too.
  const isCompared = iss_parameter_supported || (iss !== undefined && transaction.issuer)
  if (isCompared && iss !== transaction.issuer) return 'issuer_mismatch'
}

/** Whether the attempt took too long. */
export function isLate({ exp }: Transaction): boolean {
  return exp <= Date.now() / 1000
}

/**
 * Uses an attempt up, by a primary key and before anything is sent: of many at once, one goes on.
 * @throws {GrantkeeperError} `invalid_state` when it was used up before
 */
export async function consume(transaction: Transaction): Promise<void> {
  const expiresAt = (transaction.exp + 600) * 1000
  if (!(await spend({ id: usedId(transaction), expiresAt })))
    throw new GrantkeeperError('invalid_state')
}

/** True for the first who uses an id, false for all others. `expiresAt`: until when that is remembered. */
export async function spend(used: { id: string; expiresAt: number }): Promise<boolean> {
  const opened = await database()
  // As a transaction: on SQLite, those of one moment wait for the disk together. Postgres has two more
  // round trips of it.
  return opened.atomically(() => [{ query: spending(opened)(used), expect: 1 }])
}

const spending = preparedOnce(({ db, tables: { usedTransactions } }) =>
  fillable<{ id: string; expiresAt: number }>(
    db
      .insert(usedTransactions)
      .values(placeholders(['id', 'expiresAt']))
      .onConflictDoNothing(),
  ),
)

/** Forgets what could not be used again anyway. */
export async function forgetUsed(now: number): Promise<void> {
  const { db, tables } = await database()
  await db.delete(tables.usedTransactions).where(lt(tables.usedTransactions.expiresAt, now))
}
