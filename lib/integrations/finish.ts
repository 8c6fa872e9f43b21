import { lt } from 'drizzle-orm'
import { database } from '#db'
import { recordEvent } from '#lib/audit'
import { codeOf, type ErrorCode, GrantkeeperError } from '#lib/errors'
import { type Account, identifyAccount } from '#lib/oauth/account'
import { type AuthorizationResponse, authorizationError } from '#lib/oauth/authorization'
import { type ResolvedProvider, resolveProvider } from '#lib/oauth/metadata'
import { exchangeCode, revokeReceived } from '#lib/oauth/token'
import { type Transaction, usedId } from '#lib/oauth/transaction'
import type { OfferedProvider } from '#lib/providers/provider'
import type { User } from '#lib/session'
import { checkCanary } from '#lib/vault-canary'
import { keepGrant } from './grant.ts'
import { isShared } from './revocation.ts'

/**
 * Ends an attempt: proves that this user, in this browser, began it at this provider; uses it up;
 * redeems the code once; keeps the grant. Whatever is received and cannot be kept is revoked.
 * The order is that of draft-ietf-oauth-security-topics-update (COAT, CORF, COSF).
 * @throws {GrantkeeperError} with the code that the return URL is told
 */
export async function finish(user: User | null, attempt: Finish): Promise<void> {
  const { provider, transaction } = attempt
  // Also where this cannot be judged, as when the provider's metadata has gone bad: no second try.
  const refusal = await refusalOf(user, attempt).finally(() => consume(transaction))
  if (refusal || !user) throw new GrantkeeperError(refusal ?? 'login_required')
  try {
    await connect(user, attempt)
  } catch (error) {
    const detail = { error: codeOf(error) }
    const grantId = transaction.grant ?? null
    await recordEvent({
      userId: user.id,
      grantId,
      provider: provider.id,
      type: 'connect_failed',
      detail,
    })
    throw error
  }
}

/**
 * Ends an attempt without a grant: it cannot be taken up again.
 * @throws {GrantkeeperError} `invalid_state` when it had ended before
 */
export async function abandon(transaction: Transaction): Promise<void> {
  await consume(transaction)
}

export type Finish = {
  /** The provider of the path that was called. */
  provider: OfferedProvider
  transaction: Transaction
  response: AuthorizationResponse
}

/** Why this response does not belong to this attempt, or undefined where it does. */
async function refusalOf(
  user: User | null,
  { provider, transaction, response: { iss } }: Finish,
): Promise<ErrorCode | undefined> {
  if (transaction.exp <= Date.now() / 1000) return 'expired_state'
  if (!user) return 'login_required'
  if (transaction.sub !== user.sub || transaction.org !== user.org) return 'session_mismatch'
  if (transaction.provider !== provider.id) return 'provider_mismatch'
  const { configHash, iss_parameter_supported } = await resolveProvider(provider)
  if (transaction.config !== configHash) return 'provider_mismatch'
  // RFC 9207 §2.4: simple string comparison; where it is promised, its absence is an error too.
  const isCompared = iss_parameter_supported || (iss !== undefined && transaction.issuer)
  if (isCompared && iss !== transaction.issuer) return 'issuer_mismatch'
}

/** Single use, by a primary key and before anything is sent: of many at once, one goes on. */
async function consume(transaction: Transaction): Promise<void> {
  const { db, tables } = await database()
  const used = await db
    .insert(tables.usedTransactions)
    .values({ id: usedId(transaction), expiresAt: (transaction.exp + 600) * 1000 })
    .onConflictDoNothing()
    .returning({ id: tables.usedTransactions.id })
  if (used.length === 0) throw new GrantkeeperError('invalid_state')
}

async function connect(user: User, { transaction, response, ...asked }: Finish): Promise<void> {
  if (response.error !== undefined) throw new GrantkeeperError(authorizationError(response.error))
  if (!response.code) throw new GrantkeeperError('invalid_request')
  await checkCanary()
  const provider = await resolveProvider(asked.provider)
  const received = await exchangeCode(provider, transaction, response)
  let account: Account | undefined
  try {
    const tokens = await received.check()
    account = await identifyAccount(provider, tokens)
    assertSufficientScope(provider, tokens.scope ?? transaction.scope)
    await keepGrant(user, { provider, transaction, tokens, account })
  } catch (error) {
    const known = account ? { accountId: account.id } : { userId: user.id }
    // Not where that would also end a grant that is good. In doubt, nobody holds these tokens.
    const isOthers = await isShared(provider, known).catch(() => true)
    if (!isOthers) await revokeReceived(provider, received.tokens)
    throw error
  }
}

/** Less than was asked for is kept and shown; below the entry's `required_scope` a grant is of no use. */
function assertSufficientScope({ required_scope }: ResolvedProvider, granted: string[]): void {
  if (!required_scope.every((scope) => granted.includes(scope)))
    throw new GrantkeeperError('insufficient_scope')
}

/** Forgets transactions that could not be used again anyway. */
export async function forgetUsedTransactions(now: number): Promise<void> {
  const { db, tables } = await database()
  await db.delete(tables.usedTransactions).where(lt(tables.usedTransactions.expiresAt, now))
}
