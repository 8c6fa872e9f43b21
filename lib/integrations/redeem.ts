import { recordEvent } from '#lib/audit'
import { goOn } from '#lib/background'
import { codeOf, GrantkeeperError } from '#lib/errors'
import { type Account, identifyAccount } from '#lib/oauth/account'
import { authorizationError } from '#lib/oauth/authorization'
import { type ResolvedProvider, resolveProvider } from '#lib/oauth/metadata'
import { exchangeCode, revokeReceived } from '#lib/oauth/token'
import type { User } from '#lib/session'
import { checkCanary } from '#lib/vault-canary'
import type { Attempt } from './attempt.ts'
import { type Kept, keepGrant } from './grant.ts'
import { noteTokens } from './provider-answers.ts'
import { isWithStored } from './revocation.ts'
import { retryRevocations } from './revocation-retry.ts'

/**
 * Redeems the code of an attempt that was proven to be this user's and was used up, once, and keeps
 * the grant. Whatever is received and cannot be kept is revoked.
 * @throws {GrantkeeperError} with the code that the return URL is told; it is in the user's trail too
 */
export async function redeem(user: User, attempt: Attempt): Promise<Kept> {
  try {
    return await connect(user, attempt)
  } catch (error) {
    await recordEvent({
      userId: user.id,
      grantId: attempt.transaction.grant ?? null,
      provider: attempt.provider.id,
      type: 'connect_failed',
      detail: { error: codeOf(error) },
    })
    throw error
  }
}

async function connect(user: User, { transaction, response, ...asked }: Attempt): Promise<Kept> {
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
    const harvest = { provider, transaction, tokens, account }
    const kept = await keepGrant(user, harvest)
    // Where refreshing has an address of its own, this tells nothing of that.
    if (!provider.refresh_endpoint) goOn(noteTokens(provider))
    // A reconnect replaces a refresh token. Nobody waits until the old one is revoked, and others that are due.
    goOn(retryRevocations(Date.now()))
    return kept
  } catch (error) {
    const known = { userId: user.id, accountId: account?.id }
    // Not where that would also end a grant that is good. In doubt, nobody holds these tokens.
    const isOthers = await isWithStored(provider, received.tokens, known).catch(() => true)
    if (!isOthers) await revokeReceived(provider, received.tokens)
    throw error
  }
}

/** Less than was asked for is kept and shown; below the entry's `required_scope` a grant is of no use. */
function assertSufficientScope({ required_scope }: ResolvedProvider, granted: string[]): void {
  if (!required_scope.every((scope) => granted.includes(scope)))
    throw new GrantkeeperError('insufficient_scope')
}
