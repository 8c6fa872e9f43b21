import { GrantkeeperError } from '#lib/errors'
import { authorizationUrl } from '#lib/oauth/authorization'
import { resolveProvider } from '#lib/oauth/metadata'
import { redirectUri } from '#lib/oauth/redirect-uri'
import { stateOnTheWire } from '#lib/oauth/relay'
import type { ReturnUrl } from '#lib/oauth/return-url'
import { newTicket, type Ticket, usedTicket } from '#lib/oauth/ticket'
import { newTransaction, type Transaction, whoIs } from '#lib/oauth/transaction'
import type { OfferedProvider } from '#lib/providers/provider'
import { assertWithin, countCall, policies } from '#lib/rate-limits'
import type { User } from '#lib/session'
import { checkCanary } from '#lib/vault-canary'
import { spend } from './attempt.ts'
import { findLivingGrant } from './grant.ts'

/**
 * Begins an attempt to connect. Nothing is written: the transaction lives in the browser's cookie,
 * so that a flood of starts costs nothing.
 * @param attempt `scope` may name scopes that the entry declares; `grant` means: reconnect this one
 * @throws {GrantkeeperError} `invalid_request`, `rate_limited`, and whatever keeps the provider from being asked
 */
export async function start(user: User, attempt: StartAttempt): Promise<Started> {
  const { provider, base, returnTo, grant } = attempt
  assertWithin(await countCall(policies.start, user.id))
  const scope = await wantedScope(user, attempt)
  return begin({ provider, base, returnTo, scope, grant, mode: 'session', ...whoIs(user) })
}

/**
 * A ticket with which a SPA's user can begin the same from another origin: the scopes and the grant are
 * proven now, while it is known who asks.
 * @throws {GrantkeeperError} `invalid_request`
 */
export async function issueTicket(
  user: User,
  { challenge, ...attempt }: StartAttempt & { challenge: string },
): Promise<string> {
  const { provider, returnTo, grant } = attempt
  const scope = await wantedScope(user, attempt)
  return newTicket({
    ...{ provider: provider.id, return_to: returnTo.href, scope, challenge },
    ...whoIs(user),
    ...(grant === undefined ? {} : { grant }),
  })
}

/**
 * Uses a ticket up, before anything is begun with it: of many that follow its link one goes on.
 * @throws {GrantkeeperError} `invalid_ticket` for one that was used before
 */
export async function spendTicket(ticket: Ticket): Promise<void> {
  const isFirst = await spend({ id: usedTicket(ticket), expiresAt: (ticket.exp + 600) * 1000 })
  if (!isFirst) throw new GrantkeeperError('invalid_ticket')
}

/**
 * Begins what a ticket stands for, once it is spent.
 * @throws {GrantkeeperError} as `start`
 */
export async function startWithTicket(
  ticket: Ticket,
  { provider, base }: { provider: OfferedProvider; base: string },
): Promise<Started> {
  const { return_to: href, scope, grant, challenge, login, sub, org } = ticket
  const attempt = { provider, base, returnTo: { href }, scope, grant, challenge }
  return begin({ ...attempt, mode: 'ticket', login, sub, org })
}

export type StartAttempt = {
  provider: OfferedProvider
  returnTo: ReturnUrl
  /** This deployment's own origin. */
  base: string
  scope?: string | undefined
  grant?: string | undefined
}

type Beginning = Pick<
  Transaction,
  'scope' | 'mode' | 'login' | 'sub' | 'org' | 'challenge' | 'grant'
> &
  Pick<StartAttempt, 'provider' | 'base'> & { returnTo: { href: string } }

async function begin({ provider: asked, base, returnTo, ...rest }: Beginning): Promise<Started> {
  await checkCanary()
  const provider = await resolveProvider(asked)
  const transaction = newTransaction({
    ...rest,
    provider: provider.id,
    config: provider.configHash,
    issuer: provider.issuer,
    redirect_uri: redirectUri(base, provider.id),
    return_to: returnTo.href,
  })
  const state = await stateOnTheWire(transaction, base)
  return { transaction, location: await authorizationUrl(provider, { ...transaction, state }) }
}

/** What will be asked for, once it is proven that this user may ask for it. */
async function wantedScope(user: User, { provider, scope, grant }: StartAttempt) {
  const reconnected = grant === undefined ? undefined : await findOwn(user, provider, grant)
  return scopeOf(provider, scope, reconnected?.requestedScope)
}

export type Started = { transaction: Transaction; location: string }

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
