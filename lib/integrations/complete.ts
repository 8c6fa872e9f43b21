import { eq, sql } from 'drizzle-orm'
import { database } from '#db'
import { GrantkeeperError } from '#lib/errors'
import { type Completion, hashOf, isVerifierOf, openCompletion } from '#lib/oauth/completion'
import { isBegunBy } from '#lib/oauth/transaction'
import type { OfferedProvider } from '#lib/providers/provider'
import type { User } from '#lib/session'
import { logEvent } from '#lib/telemetry'
import type { Kept } from './grant.ts'
import { redeem } from './redeem.ts'

/** What a SPA brings to finish what it began. */
export type CompletionWish = {
  provider: OfferedProvider
  /** From the fragment of its page. */
  handle: string
  /** Of the challenge that its ticket was asked for with. */
  verifier: string
  /** The origin of the page that asks, as the browser says it. */
  origin: string
}

/**
 * Finishes an attempt that a SPA began: takes what waits under the handle, proves that it is this
 * user's, from this page, and only then redeems the code. A handle is good for one try, in whatever hands.
 * @throws {GrantkeeperError} `invalid_ticket`, or why the code brought no grant
 */
export async function complete(user: User, wish: CompletionWish): Promise<Kept> {
  const held = await take(wish.handle)
  const completion = held && (await openCompletion(held.sealed))
  const isGood =
    held?.isInTime === 1 && completion && isOf(user, held, completion) && isFor(wish, completion)
  if (!isGood) {
    logEvent('warn', 'completion_refused', { provider: wish.provider.id })
    throw new GrantkeeperError('invalid_ticket')
  }
  const { transaction, code } = completion
  return redeem(user, { provider: wish.provider, transaction, response: { code } })
}

/** Of many that ask for it at once one gets it, and nobody after. */
async function take(handle: string) {
  const { db, tables, clock } = await database()
  const { completions } = tables
  const [held] = await db
    .delete(completions)
    .where(eq(completions.hash, hashOf(handle)))
    .returning({
      sealed: completions.sealed,
      sub: completions.sub,
      org: completions.org,
      isInTime: sql<number>`case when ${completions.expiresAt} > ${clock} then 1 else 0 end`,
    })
  return held
}

/** What is sealed names the login issuer too, which the row does not. */
function isOf(
  user: User,
  { sub, org }: { sub: string; org: string },
  { transaction }: Completion,
): boolean {
  return user.sub === sub && user.org === org && isBegunBy(transaction, user)
}

function isFor(
  { provider, verifier, origin }: CompletionWish,
  { transaction }: Completion,
): boolean {
  return (
    transaction.mode === 'ticket' &&
    transaction.provider === provider.id &&
    new URL(transaction.return_to).origin === origin &&
    isVerifierOf(transaction, verifier)
  )
}
