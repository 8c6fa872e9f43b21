import { randomUUID } from 'node:crypto'
import { and, eq, ne, sql } from 'drizzle-orm'
import { type Database, database, type Handle } from '#db'
import type { Step } from '#db/atomically'
import { fillable, matching, preparedOnce } from '#db/prepared'
import type { GrantRow, PendingRevocationRow, Tables } from '#db/schema'
import type { Tokens } from '#lib/oauth/token-response'
import type { OfferedProvider } from '#lib/providers/provider'
import { open } from '#lib/vault'

/**
 * True where revoking a token of this account would also end a living grant, whoever has it. Of an
 * account that is not known, one of this user's at the provider is taken to be it.
 */
export async function isShared(provider: OfferedProvider, whose: Whose): Promise<boolean> {
  return provider.revokes === 'grant' && hasLiving(provider, whose)
}

/**
 * True where revoking what a failed attempt of this user has received could end a grant that is good: as
 * above, and where no refresh token came. By RFC 7009 §2.1 a provider may end the refresh token along with
 * an access token, and a consent that brings none goes with the one that is stored.
 */
export async function isWithStored(
  provider: OfferedProvider,
  { refreshToken }: Tokens,
  { userId, accountId }: { userId: string; accountId: string | undefined },
): Promise<boolean> {
  const known = accountId === undefined ? { userId } : { accountId }
  if (await isShared(provider, known)) return true
  return refreshToken === null && hasLiving(provider, { userId, ...known })
}

type Whose = { accountId?: string; userId?: string; except?: string }

async function hasLiving(
  provider: OfferedProvider,
  { accountId, userId, except = '' }: Whose,
): Promise<boolean> {
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
 * revoking one token ends the whole grant, nor where the same token was given again, or none: that would
 * end the new one, or the one that is kept.
 */
export function replacedToken(
  tx: Handle,
  tables: Tables,
  { provider, tokens }: { provider: OfferedProvider; tokens: Tokens },
  before: GrantRow | undefined,
): Step[] {
  if (!before || provider.revokes !== 'token' || !provider.revocation_endpoint) return []
  // Nothing came in its place: what is stored goes on, or was dead before.
  if (tokens.refreshToken === null) return []
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
  opened: Database,
  { id, userId, provider, accountId }: Pick<GrantRow, 'id' | 'userId' | 'provider' | 'accountId'>,
): Step {
  const query = cancelling(opened)({ id, userId, provider, accountId })
  return { query, expect: 'any' }
}

const cancelling = preparedOnce(({ db, tables: { pendingRevocations: pending } }) => {
  const { userId, provider, accountId, grantId } = pending
  const isOfAnother = ne(grantId, sql.placeholder('id'))
  return fillable<Record<'id' | 'userId' | 'provider' | 'accountId', string>>(
    db.delete(pending).where(and(matching({ userId, provider, accountId }), isOfAnother)),
  )
})

type TokenKind = PendingRevocationRow['tokenKind']

const day = 86_400_000
