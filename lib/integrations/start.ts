import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible'
import { GrantkeeperError } from '#lib/errors'
import { authorizationUrl } from '#lib/oauth/authorization'
import { resolveProvider } from '#lib/oauth/metadata'
import type { ReturnUrl } from '#lib/oauth/return-url'
import { newTransaction, type Transaction } from '#lib/oauth/transaction'
import { oncePerProcess } from '#lib/process'
import type { OfferedProvider } from '#lib/providers/provider'
import type { User } from '#lib/session'
import { checkCanary } from '#lib/vault-canary'
import { findLivingGrant } from './grant.ts'

/**
 * Begins an attempt to connect. Nothing is written: the transaction lives in the browser's cookie,
 * so that a flood of starts costs nothing.
 * @param attempt `scope` may name scopes that the entry declares; `grant` means: reconnect this one
 * @throws {GrantkeeperError} `invalid_request`, `rate_limited`, and whatever keeps the provider from being asked
 */
export async function start(user: User, attempt: StartAttempt): Promise<Started> {
  await takeTurn(user)
  await checkCanary()
  const { returnTo, base, grant } = attempt
  const reconnected = grant === undefined ? undefined : await findOwn(user, attempt.provider, grant)
  const provider = await resolveProvider(attempt.provider)
  const transaction = newTransaction({
    provider: provider.id,
    config: provider.configHash,
    issuer: provider.issuer,
    redirect_uri: `${base}/api/integrations/${provider.id}/callback`,
    return_to: returnTo.href,
    scope: scopeOf(provider, attempt.scope, reconnected?.requestedScope),
    grant,
    sub: user.sub,
    org: user.org,
  })
  return { transaction, location: await authorizationUrl(provider, transaction) }
}

export type StartAttempt = {
  provider: OfferedProvider
  returnTo: ReturnUrl
  /** This deployment's own origin. */
  base: string
  scope?: string | undefined
  grant?: string | undefined
}

export type Started = { transaction: Transaction; location: string }

/** Ten starts a second over a minute are more than a person needs, and less than a flood. */
const startsPerMinute = 600

async function takeTurn({ id }: User): Promise<void> {
  const limiter = oncePerProcess(
    'starts',
    () => new RateLimiterMemory({ points: startsPerMinute, duration: 60 }),
  )
  await limiter.consume(id).catch((refused: RateLimiterRes) => {
    throw new GrantkeeperError('rate_limited', { retryAfterS: refused.msBeforeNext / 1000 })
  })
}

/** Somebody else's grant looks exactly like one that does not exist. */
async function findOwn(user: User, provider: OfferedProvider, id: string) {
  // Postgres takes no NUL in a text, and would call it our mistake.
  const grant = /^[0-9a-f-]{36}$/.test(id) ? await findLivingGrant(user, id) : undefined
  if (grant?.provider !== provider.id) throw new GrantkeeperError('invalid_request')
  return grant
}

/** The default scopes, those asked for besides, and on reconnect those that the grant had asked for. */
function scopeOf(provider: OfferedProvider, asked = '', before = ''): string[] {
  const declared = new Set([...provider.scope, ...provider.optional_scope])
  const besides = asked.split(' ').filter(Boolean)
  if (!besides.every((scope) => declared.has(scope))) throw new GrantkeeperError('invalid_request')
  const kept = before.split(' ').filter((scope) => declared.has(scope))
  return [...new Set([...provider.scope, ...kept, ...besides])]
}
