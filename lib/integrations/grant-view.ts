import { and, desc, eq, sql } from 'drizzle-orm'
import { database } from '#db'
import type { User } from '#lib/session'

/** A grant as pages see it. Its tokens never are, nor anything that is made from them. */
export type GrantView = {
  id: string
  provider: string
  /** How the third party calls the account, or null where it tells no identity. */
  account: string | null
  /** The same account for programs: its id there, and its name where it has one. */
  identity: { id: string; label: string | null } | null
  status: 'active' | 'reauthorization_required' | 'disconnected'
  reason: string | null
  since: Date
  changedAt: Date
  pausedAt: Date | null
  lastUsedAt: Date | null
  /** The name of the job that used it last, or `proxy`: the user themself, through this app. */
  lastUsedBy: string | null
  lastRefreshedAt: Date | null
  /** When the present access token runs out, or null where the provider did not say. */
  accessUntil: Date | null
  /** When the grant itself ends, whatever we do; null where it has no end that is known. */
  lastsUntil: Date | null
  /** What keeps its access token from being refreshed, or null where nothing is known to. */
  trouble: Trouble | null
  /** Since when its provider has refused its refresh token, without saying that it is dead. */
  refusedSince: Date | null
  disconnectedAt: Date | null
  scope: string[]
  /** Asked for and not granted; granted and not asked for. */
  missing: string[]
  extra: string[]
  revocation: 'revoked' | 'unsupported' | 'failed' | null
  /** The database's time when it was read: by it the other times are past or to come. */
  readAt: Date
}

/** A refresh that fails for no fault of the user's. */
export type Trouble = {
  code: (typeof administrators)[number] | (typeof passing)[number]
  since: Date | null
  /** By which an administrator finds it in our log. */
  reference: string | null
  /** Its provider has renewed others since: the trouble is this grant's alone. */
  isItsOwn?: boolean
}

/** Mends itself, and is tried again until then. */
const passing = ['temporarily_unavailable', 'storage_unavailable'] as const
/** Lasts until somebody changes the set-up. */
const administrators = ['provider_misconfigured', 'credential_unreadable'] as const

/** A user's grants, the newest first, disconnected ones by their end: refreshes do not move them about. */
export async function readGrantViews(user: User, provider?: string): Promise<GrantView[]> {
  return (await readRows(user, provider)).map(toView)
}

/** Whether the trouble is for whoever runs this app to end, since it does not pass by itself. */
export function isForAdministrator({ code }: Trouble): boolean {
  return administrators.some((one) => one === code)
}

type Row = Awaited<ReturnType<typeof readRows>>[number]

async function readRows(user: User, provider?: string) {
  const { db, tables, clock } = await database()
  const { grants, providerStates } = tables
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
      pausedAt: grants.pausedAt,
      lastUsedAt: grants.lastUsedAt,
      lastUsedBy: grants.lastUsedBy,
      lastRefreshedAt: grants.lastRefreshedAt,
      isRefreshable: sql`${grants.refreshToken} is not null`.mapWith(Boolean),
      accessUntil: grants.accessTokenExpiresAt,
      refreshableUntil: grants.refreshTokenExpiresAt,
      refreshError: grants.refreshError,
      refreshFailingSince: grants.refreshFailingSince,
      refusedSince: grants.refusedSince,
      providerError: providerStates.error,
      providerSince: providerStates.since,
      providerReference: providerStates.reference,
      disconnectedAt: grants.disconnectedAt,
      revocation: grants.revocation,
      readAt: sql`${clock}`.mapWith(Number),
    })
    .from(grants)
    .leftJoin(providerStates, eq(providerStates.provider, grants.provider))
    .where(and(eq(grants.userId, user.id), provider ? eq(grants.provider, provider) : undefined))
    .orderBy(desc(grants.disconnectedAt), desc(grants.createdAt), grants.id)
}

function toView(row: Row): GrantView {
  const scope = row.scope.split(' ').filter(Boolean)
  const asked = row.requestedScope.split(' ').filter(Boolean)
  return {
    id: row.id,
    provider: row.provider,
    account: row.accountLabel || row.accountId || null,
    identity: row.accountId ? { id: row.accountId, label: row.accountLabel || null } : null,
    status: row.status,
    reason: row.reason,
    since: new Date(row.connectedAt),
    changedAt: new Date(row.updatedAt),
    pausedAt: dateOf(row.pausedAt),
    lastUsedAt: dateOf(row.lastUsedAt),
    lastUsedBy: row.lastUsedBy,
    lastRefreshedAt: dateOf(row.lastRefreshedAt),
    accessUntil: dateOf(row.accessUntil),
    lastsUntil: dateOf(endOf(row)),
    trouble: row.isRefreshable ? troubleOf(row) : null,
    refusedSince: row.isRefreshable ? dateOf(row.refusedSince) : null,
    disconnectedAt: dateOf(row.disconnectedAt),
    scope,
    missing: asked.filter((one) => !scope.includes(one)),
    extra: scope.filter((one) => !asked.includes(one)),
    revocation: row.revocation,
    readAt: new Date(row.readAt),
  }
}

/** Without a refresh token a grant ends with its access token; with one, when both have run out. */
function endOf({ isRefreshable, refreshableUntil, accessUntil }: Row): number | null {
  if (!isRefreshable) return accessUntil
  return refreshableUntil && Math.max(refreshableUntil, accessUntil ?? 0)
}

/** Where its own trouble and its provider's differ: the one that does not pass by itself. */
function troubleOf(row: Row): Trouble | null {
  const providers = toTrouble(row.providerError, row.providerSince, row.providerReference)
  const own = toTrouble(row.refreshError, row.refreshFailingSince, null)
  const troubles = [providers, own && !providers ? { ...own, isItsOwn: true } : own].filter(
    (one) => one !== null,
  )
  return troubles.find(isForAdministrator) ?? troubles[0] ?? null
}

/** What we have no words for is tried again, as all is that is not for an administrator. */
function toTrouble(
  error: string | null,
  since: number | null,
  reference: string | null,
): Trouble | null {
  if (error === null) return null
  const code = [...administrators, ...passing].find((known) => known === error)
  return { code: code ?? 'temporarily_unavailable', since: dateOf(since), reference }
}

function dateOf(time: number | null): Date | null {
  return time === null ? null : new Date(time)
}
