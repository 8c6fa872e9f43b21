import { randomUUID } from 'node:crypto'
import { and, eq, lte, ne } from 'drizzle-orm'
import { database, type Handle } from '#db'
import type { Step } from '#db/atomically'
import type { GrantRow, PendingRevocationRow, Tables } from '#db/schema'
import { type EventType, eventQuery } from '#lib/audit'
import { resolveProvider } from '#lib/oauth/metadata'
import { revokeToken } from '#lib/oauth/token'
import type { Tokens } from '#lib/oauth/token-response'
import { findProvider, type OfferedProvider } from '#lib/providers/provider'
import { logEvent } from '#lib/telemetry'
import { open } from '#lib/vault'

/**
 * Tries again what a provider did not confirm: with growing pauses for a day, then the token is
 * wiped. Each row is claimed by moving its next attempt, so that any number of instances may do this.
 * @param until by `performance.now()`, after which none is begun
 */
export async function retryRevocations(now: number, until?: number): Promise<void> {
  const { db, tables } = await database()
  const { pendingRevocations: pending } = tables
  const due = await db.select().from(pending).where(lte(pending.nextAttemptAt, now)).limit(100)
  for (const row of due) {
    if (until !== undefined && performance.now() > until) return
    const claimed = await db
      .update(pending)
      .set({ attempts: row.attempts + 1, nextAttemptAt: now + pauseAfter(row.attempts) })
      .where(and(eq(pending.id, row.id), eq(pending.attempts, row.attempts)))
      .returning({ id: pending.id })
    if (claimed.length > 0) await retry(row, now)
  }
}

/**
 * True where revoking a token of this account would also end a living grant, whoever has it. Of an
 * account that is not known, one of this user's at the provider is taken to be it.
 */
export async function isShared(
  provider: OfferedProvider,
  { accountId, userId, except = '' }: { accountId?: string; userId?: string; except?: string },
): Promise<boolean> {
  if (provider.revokes !== 'grant') return false
  const { db, tables } = await database()
  const { grants } = tables
  const others = await db
    .select({ id: grants.id })
    .from(grants)
    .where(
      and(
        eq(grants.provider, provider.id),
        accountId === undefined ? undefined : eq(grants.accountId, accountId),
        userId === undefined ? undefined : eq(grants.userId, userId),
        ne(grants.id, except),
        ne(grants.status, 'disconnected'),
      ),
    )
    .limit(1)
  return others.length > 0
}

/** The token by which a grant is revoked: the refresh token, unless the provider takes only the other. */
export function tokenToRevoke(
  grant: GrantRow,
  provider: OfferedProvider | undefined,
): { token: string; kind: TokenKind } | undefined {
  if (grant.accessToken && provider?.revocation_token === 'access_token')
    return { token: grant.accessToken, kind: 'access_token' }
  if (grant.refreshToken) return { token: grant.refreshToken, kind: 'refresh_token' }
  if (grant.accessToken) return { token: grant.accessToken, kind: 'access_token' }
}

/** The steps that keep a grant's sealed token for later attempts. */
export function pendingRevocation(
  tx: Handle,
  tables: Tables,
  grant: GrantRow,
  provider: OfferedProvider | undefined,
): Step[] {
  const doomed = tokenToRevoke(grant, provider)
  if (!doomed) return []
  const now = Date.now()
  const row = {
    id: randomUUID(),
    grantId: grant.id,
    userId: grant.userId,
    provider: grant.provider,
    accountId: grant.accountId,
    token: doomed.token,
    tokenKind: doomed.kind,
    version: grant.version,
    nextAttemptAt: now,
    expiresAt: now + day,
  }
  return [{ query: tx.insert(tables.pendingRevocations).values(row), expect: 1 }]
}

/**
 * The steps for the token that a reconnect replaced: recorded, to be revoked right after. Not where
 * revoking one token ends the whole grant, nor where the same token was given again: that would end
 * the new one.
 */
export function replacedToken(
  tx: Handle,
  tables: Tables,
  { provider, tokens }: { provider: OfferedProvider; tokens: Tokens },
  before: GrantRow | undefined,
): Step[] {
  if (!before || provider.revokes !== 'token' || !provider.revocation_endpoint) return []
  const isKept = isGivenAgain(before, provider, tokens)
  return isKept ? [] : pendingRevocation(tx, tables, before, provider)
}

function isGivenAgain(before: GrantRow, provider: OfferedProvider, tokens: Tokens): boolean {
  const doomed = tokenToRevoke(before, provider)
  if (!doomed) return false
  const { id: grantId, userId, version } = before
  try {
    const context = { grantId, userId, provider: before.provider, version, field: doomed.kind }
    return [tokens.accessToken, tokens.refreshToken].includes(open(doomed.token, context))
  } catch {
    // What cannot be opened is not sent to anybody either.
    return false
  }
}

/**
 * Connecting the same account again ends what an earlier disconnect left to be revoked: it might end
 * the new grant. What the new grant itself has replaced stays to be revoked.
 */
export function cancelRevocations(
  tx: Handle,
  { pendingRevocations: pending }: Tables,
  grant: Pick<GrantRow, 'id' | 'userId' | 'provider' | 'accountId'>,
) {
  return tx
    .delete(pending)
    .where(
      and(
        eq(pending.userId, grant.userId),
        eq(pending.provider, grant.provider),
        eq(pending.accountId, grant.accountId),
        ne(pending.grantId, grant.id),
      ),
    )
}

type TokenKind = PendingRevocationRow['tokenKind']

const day = 86_400_000

/** One minute, doubling up to an hour. */
function pauseAfter(attempts: number): number {
  return Math.min(60_000 * 2 ** attempts, 3_600_000)
}

async function retry(row: PendingRevocationRow, now: number): Promise<void> {
  const { grantId, userId, provider, accountId, version, tokenKind: field } = row
  try {
    const resolved = await resolveProvider(findProvider(provider))
    // Somebody may have connected the same account since: that grant is not ours to end.
    if (await isShared(resolved, { accountId })) return await settle(row, 'revocation_given_up')
    const token = open(row.token, { grantId, userId, provider, version, field })
    const outcome = await revokeToken(resolved, token)
    await settle(row, outcome === 'revoked' ? 'revoked_later' : 'revocation_given_up')
  } catch (cause) {
    logEvent('warn', 'revocation_failed', { provider, grantId, cause })
    if (row.expiresAt <= now) await settle(row, 'revocation_given_up')
  }
}

async function settle(row: PendingRevocationRow, type: EventType): Promise<void> {
  const { atomically, tables } = await database()
  const { grants, pendingRevocations: pending } = tables
  const isFailed = and(eq(grants.id, row.grantId), eq(grants.revocation, 'failed'))
  await atomically((tx) => [
    { query: tx.delete(pending).where(eq(pending.id, row.id)), expect: 1 },
    ...(type === 'revoked_later'
      ? [
          {
            query: tx.update(grants).set({ revocation: 'revoked' }).where(isFailed),
            expect: 'any' as const,
          },
        ]
      : []),
    {
      query: eventQuery(tx, tables, {
        userId: row.userId,
        grantId: row.grantId,
        provider: row.provider,
        type,
        actor: 'system',
      }),
      expect: 1,
    },
  ])
}
