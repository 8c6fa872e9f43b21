import type { Caller } from '#lib/callers'
import { GrantkeeperError } from '#lib/errors'
import { findProvider } from '#lib/providers/provider'
import { freshRow, openAccess } from './access.ts'
import type { AccessRow } from './access-rows.ts'
import { remainingMs } from './freshness.ts'
import { noteRefusal } from './refusals.ts'
import { noteUse } from './uses.ts'

/** What a backend job asks for: whose access, to what. */
export type VendWish = {
  provider: string
  /** The login's `sub`, exactly. */
  user: string
  /** The login's organization; a caller that is bound to one may name no other. */
  org?: string | undefined
  /** Which grant, where the user has several at the provider. */
  grant?: string | undefined
  /** Scopes with spaces between them: refused unless all of them were granted. */
  scope?: string | undefined
  /** Seconds that the token shall still live. */
  minTtlS?: number | undefined
  /**
   * The API has just refused the token that was given: another one is given where there is one, or where one
   * refresh brings one, at most one in 30 seconds; else the same.
   */
  refused?: boolean | undefined
}

/** A fresh access token, as RFC 6749 §5.1 writes it. The refresh token never leaves. */
export type Vended = {
  access_token: string
  token_type: 'Bearer'
  /** Seconds; left out where the provider does not tell. */
  expires_in?: number
  scope: string
  /** Asked of the user, and not granted. */
  missing_scope?: string
  grant: string
  account: { id: string; label: string | null }
}

/**
 * A fresh access token of a user's grant, for a backend job.
 * @throws {GrantkeeperError} `forbidden`, `unknown_provider`, `not_connected` (also for a user who does not
 *   exist), `account_required` with the choices, `insufficient_scope`, `paused`, `reauthorization_required`
 *   with the reason, `temporarily_unavailable`, `provider_misconfigured`, `credential_unreadable`,
 *   `storage_unavailable`
 */
export async function vend(caller: Caller, wish: VendWish): Promise<Vended> {
  try {
    const { id } = findProvider(wish.provider)
    if (!caller.mayVend(id)) throw new GrantkeeperError('forbidden')
    const row = await rowFor(caller, { ...wish, org: orgOf(caller, wish) }, id)
    const vended = toVended(row)
    noteUse({ ...row, caller: caller.name, actor: 'job' })
    return vended
  } catch (error) {
    await noteRefusal(caller, wish, error)
    throw error
  }
}

function orgOf(caller: Caller, wish: VendWish): string {
  const org = wish.org ?? caller.org ?? ''
  // As if there were no such user: who may not ask does not learn who is there.
  if (caller.org !== undefined && caller.org !== org) throw new GrantkeeperError('not_connected')
  return org
}

async function rowFor({ issuer }: Caller, wish: VendWish, provider: string): Promise<AccessRow> {
  const minTtlMs = wish.minTtlS === undefined ? undefined : wish.minTtlS * 1000
  const row = await freshRow(
    { provider, issuer, sub: wish.user, org: wish.org ?? '' },
    { grant: wish.grant, minTtlMs, isRefused: wish.refused },
  )
  const granted = row.scope.split(' ')
  const missing = scopesOf(wish.scope).filter((scope) => !granted.includes(scope))
  if (missing.length > 0)
    throw new GrantkeeperError('insufficient_scope', {
      detail: { missing_scope: missing.join(' '), grant: row.grantId },
    })
  return row
}

function toVended(row: AccessRow): Vended {
  const left = remainingMs(row)
  const granted = scopesOf(row.scope)
  const missing = scopesOf(row.requestedScope).filter((scope) => !granted.includes(scope))
  return {
    access_token: openAccess(row).accessToken,
    token_type: 'Bearer',
    ...(left === Number.POSITIVE_INFINITY ? {} : { expires_in: Math.floor(left / 1000) }),
    scope: row.scope,
    ...(missing.length === 0 ? {} : { missing_scope: missing.join(' ') }),
    grant: row.grantId,
    account: row.account,
  }
}

function scopesOf(text = ''): string[] {
  return text.split(' ').filter(Boolean)
}
