import { GrantkeeperError } from '#lib/errors'
import { isBegunBy, liveTransactions, type Transaction } from '#lib/oauth/transaction'
import { findProvider, type OfferedProvider, offeredProviders } from '#lib/providers/provider'
import type { User } from '#lib/session'
import { type GrantView, readGrantViews } from './grant-view.ts'

/** What a user has at one provider, for pages. */
export type Integration = {
  provider: {
    id: string
    name: string
    summary?: string | undefined
    manage: string
    docs: string
    scopeDescriptions: Record<string, { title: string; access: 'read' | 'write' }>
  }
  /** Scopes asked for by default, and those that may be asked for besides. */
  asks: string[]
  optional: string[]
  /** An attempt of this browser that has not come back yet. */
  connecting: { since: Date; until: Date } | undefined
  grants: GrantView[]
  /** Disconnected ones, newest first. */
  past: GrantView[]
}

/** Every offered provider with what this user has there. `cookies`: of the request, for live attempts. */
export async function list(user: User, cookies: string | null): Promise<Integration[]> {
  const [grants, attempts] = await Promise.all([readGrantViews(user), attemptsOf(user, cookies)])
  return offeredProviders().map((provider) => toIntegration(provider, grants, attempts))
}

/**
 * One provider with what this user has there.
 * @throws {GrantkeeperError} `unknown_provider`
 */
export async function find(user: User, id: string, cookies: string | null): Promise<Integration> {
  const provider = findProvider(id)
  const [grants, attempts] = await Promise.all([
    readGrantViews(user, id),
    attemptsOf(user, cookies),
  ])
  return toIntegration(provider, grants, attempts)
}

/**
 * One grant of this user, disconnected or not.
 * @throws {GrantkeeperError} `not_connected`, for somebody else's as for one that does not exist
 */
export async function findGrant(user: User, id: string): Promise<GrantView> {
  const grant = (await readGrantViews(user)).find((one) => one.id === id)
  if (!grant) throw new GrantkeeperError('not_connected')
  return grant
}

async function attemptsOf(user: User, cookies: string | null): Promise<Transaction[]> {
  const alive = await liveTransactions(cookies)
  return alive.filter((attempt) => isBegunBy(attempt, user))
}

function toIntegration(
  provider: OfferedProvider,
  grants: GrantView[],
  attempts: Transaction[],
): Integration {
  const here = grants.filter((grant) => grant.provider === provider.id)
  const attempt = attempts.findLast((one) => one.provider === provider.id)
  const { id, name, summary, manage, docs, scope, optional_scope, scope_descriptions } = provider
  return {
    provider: { id, name, summary, manage, docs, scopeDescriptions: scope_descriptions },
    asks: scope,
    optional: optional_scope,
    connecting: attempt && {
      since: new Date(attempt.iat * 1000),
      until: new Date(attempt.exp * 1000),
    },
    grants: here.filter((grant) => grant.status !== 'disconnected'),
    past: here.filter((grant) => grant.status === 'disconnected'),
  }
}
