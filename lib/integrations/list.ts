import { and, desc, eq } from 'drizzle-orm'
import { database } from '#db'
import { GrantkeeperError } from '#lib/errors'
import { liveTransactions, type Transaction } from '#lib/oauth/transaction'
import { findProvider, type OfferedProvider, offeredProviders } from '#lib/providers/provider'
import type { User } from '#lib/session'

/** What a user has at one provider, for pages. No token column is ever read for it. */
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

export type GrantView = {
  id: string
  /** How the third party calls the account, or null where it tells no identity. */
  account: string | null
  status: 'active' | 'reauthorization_required' | 'disconnected'
  reason: string | null
  since: Date
  changedAt: Date
  lastUsedAt: Date | null
  disconnectedAt: Date | null
  scope: string[]
  /** Asked for and not granted; granted and not asked for. */
  missing: string[]
  extra: string[]
  revocation: 'revoked' | 'unsupported' | 'failed' | null
}

/** Every offered provider with what this user has there. `cookies`: of the request, for live attempts. */
export async function list(user: User, cookies: string | null): Promise<Integration[]> {
  const [rows, attempts] = await Promise.all([readGrants(user), attemptsOf(user, cookies)])
  return offeredProviders().map((provider) => toIntegration(provider, rows, attempts))
}

/**
 * One provider with what this user has there.
 * @throws {GrantkeeperError} `unknown_provider`
 */
export async function find(user: User, id: string, cookies: string | null): Promise<Integration> {
  const provider = findProvider(id)
  const [rows, attempts] = await Promise.all([readGrants(user, id), attemptsOf(user, cookies)])
  return toIntegration(provider, rows, attempts)
}

/**
 * One grant of this user, disconnected or not.
 * @throws {GrantkeeperError} `not_connected`, for somebody else's as for one that does not exist
 */
export async function findGrant(user: User, id: string): Promise<GrantView & { provider: string }> {
  const row = (await readGrants(user)).find((grant) => grant.id === id)
  if (!row) throw new GrantkeeperError('not_connected')
  return { ...toView(row), provider: row.provider }
}

type Row = Awaited<ReturnType<typeof readGrants>>[number]

async function readGrants(user: User, provider?: string) {
  const { db, tables } = await database()
  const { grants } = tables
  return db
    .select({
      id: grants.id,
      provider: grants.provider,
      accountId: grants.accountId,
      accountLabel: grants.accountLabel,
      status: grants.status,
      reason: grants.reason,
      scope: grants.scope,
      requestedScope: grants.requestedScope,
      connectedAt: grants.connectedAt,
      updatedAt: grants.updatedAt,
      lastUsedAt: grants.lastUsedAt,
      disconnectedAt: grants.disconnectedAt,
      revocation: grants.revocation,
    })
    .from(grants)
    .where(and(eq(grants.userId, user.id), provider ? eq(grants.provider, provider) : undefined))
    .orderBy(desc(grants.updatedAt))
}

async function attemptsOf({ sub, org }: User, cookies: string | null): Promise<Transaction[]> {
  const alive = await liveTransactions(cookies)
  return alive.filter((attempt) => attempt.sub === sub && attempt.org === org)
}

function toIntegration(
  provider: OfferedProvider,
  rows: Row[],
  attempts: Transaction[],
): Integration {
  const views = rows.filter((row) => row.provider === provider.id).map(toView)
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
    grants: views.filter((grant) => grant.status !== 'disconnected'),
    past: views.filter((grant) => grant.status === 'disconnected'),
  }
}

function toView(row: Row): GrantView {
  const scope = row.scope.split(' ').filter(Boolean)
  const asked = row.requestedScope.split(' ').filter(Boolean)
  return {
    id: row.id,
    account: row.accountLabel || row.accountId || null,
    status: row.status,
    reason: row.reason,
    since: new Date(row.connectedAt),
    changedAt: new Date(row.updatedAt),
    lastUsedAt: row.lastUsedAt === null ? null : new Date(row.lastUsedAt),
    disconnectedAt: row.disconnectedAt === null ? null : new Date(row.disconnectedAt),
    scope,
    missing: asked.filter((one) => !scope.includes(one)),
    extra: scope.filter((one) => !asked.includes(one)),
    revocation: row.revocation,
  }
}
