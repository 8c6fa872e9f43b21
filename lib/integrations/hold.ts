import { lte, sql } from 'drizzle-orm'
import { database } from '#db'
import { type ErrorCode, GrantkeeperError } from '#lib/errors'
import { authorizationError } from '#lib/oauth/authorization'
import { newHandle, sealCompletion } from '#lib/oauth/completion'
import { type Attempt, consume, isLate, mixUpOf } from './attempt.ts'

/**
 * Keeps the code of an attempt that a SPA began, unredeemed: the browser that brought it is logged in
 * nowhere here, and may be anybody's. It waits a minute for the SPA that asked.
 * @returns the handle that the SPA's own page is given, in the fragment
 * @throws {GrantkeeperError} with the code that the return URL is told
 */
export async function hold(attempt: Attempt): Promise<string> {
  const { transaction, response } = attempt
  const refusal = await refusalOf(attempt).finally(() => consume(transaction))
  if (refusal) throw new GrantkeeperError(refusal)
  if (response.error !== undefined) throw new GrantkeeperError(authorizationError(response.error))
  if (!response.code) throw new GrantkeeperError('invalid_request')
  const { handle, hash } = newHandle()
  const sealed = await sealCompletion({ transaction, code: response.code })
  const { sub, org } = transaction
  const { db, tables, clock } = await database()
  const expiresAt = sql`${clock} + ${completionLifeMs}`
  await db.insert(tables.completions).values({ hash, sealed, sub, org, expiresAt })
  return handle
}

/** Forgets what nobody came for. Its code was sent to nobody, and dies at the provider by itself. */
export async function forgetCompletions(): Promise<void> {
  const { db, tables, clock } = await database()
  await db.delete(tables.completions).where(lte(tables.completions.expiresAt, clock))
}

/** A page that is open takes a second; a code mostly lives no longer (RFC 6749 §4.1.2). */
const completionLifeMs = 60_000

async function refusalOf(attempt: Attempt): Promise<ErrorCode | undefined> {
  if (isLate(attempt.transaction)) return 'expired_state'
  if (attempt.transaction.mode !== 'ticket') return 'invalid_state'
  return mixUpOf(attempt)
}
