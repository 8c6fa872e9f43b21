import { goOn } from '#lib/background'
import { env } from '#lib/env'
import { codeOf, GrantkeeperError } from '#lib/errors'
import { inTime } from '#lib/in-time'
import { oncePerProcess } from '#lib/process'
import type { OfferedProvider } from '#lib/providers/provider'
import type { User } from '#lib/session'
import { logEvent } from '#lib/telemetry'
import { open } from '#lib/vault'
import { type AccessRow, type Holder, readAccessRows } from './access-rows.ts'
import { freshness, remainingMs } from './freshness.ts'
import { refresh } from './refresh.ts'

/** A fresh access token of one grant. Never logged, never sent to a browser. */
export type Access = {
  grantId: string
  userId: string
  provider: string
  accessToken: string
  /** The grant's, as the token was sealed: it changes with every refresh. */
  version: number
}

/**
 * A fresh access token of a user's own grant at a provider.
 * @throws {GrantkeeperError} `not_connected`, `account_required`, `paused`, `reauthorization_required`,
 *   `temporarily_unavailable`, `provider_misconfigured`, `credential_unreadable`, `storage_unavailable`
 */
export async function accessFor(
  user: User,
  wish: { provider: OfferedProvider; grant?: string | undefined },
): Promise<Access> {
  if (user.isUnbound) throw new GrantkeeperError('credential_unreadable')
  const holder = { userId: user.id, provider: wish.provider.id }
  return openAccess(await freshRow(holder, { grant: wish.grant }))
}

/**
 * Another access token after the provider's API has refused this one: what somebody else has refreshed
 * meanwhile, or the fruit of one refresh, at most one in 30 seconds. Undefined where there is none.
 * @throws {GrantkeeperError} as `accessFor`
 */
export async function accessAfterRefusal(refused: Access): Promise<Access | undefined> {
  const { userId, provider, grantId } = refused
  const read = async () => choose(await readAccessRows({ userId, provider }), grantId)
  const row = await read()
  if (row.version !== refused.version) return openAccess(row)
  if (!isRenewable(row)) return undefined
  await landed(refresh(row)).catch(notingFailure(row))
  const renewed = await read()
  return renewed.version === refused.version ? undefined : openAccess(renewed)
}

export type Wish = {
  grant?: string | undefined
  /** Milliseconds that the token shall still live, as far as the provider's tokens live so long. */
  minTtlMs?: number | undefined
  /** The API has just refused the token that was given: then its life says nothing. */
  isRefused?: boolean | undefined
}

/**
 * The row of one grant whose access token is good: as it is, or after a refresh. While the provider
 * cannot be asked, one that still lives is given all the same.
 */
export async function freshRow(holder: Holder, wish: Wish): Promise<AccessRow> {
  const row = choose(await readAccessRows(holder), wish.grant)
  const state = wish.isRefused && isRenewable(row) ? 'stale' : freshness(row, wish.minTtlMs)
  if (state === 'fresh') return row
  if (state === 'ageing') {
    refreshAhead(row)
    return row
  }
  const read = async () => choose(await readAccessRows(holder), row.grantId)
  const begun = performance.now()
  try {
    if (!row.isRefreshable) throw reauthorizationRequired(row, 'expired')
    const flight = landed(refresh(row))
    await (wish.isRefused ? flight.catch(notingFailure(row)) : flight)
  } catch (error) {
    const now = await read().catch(orAsItWas(row, begun))
    if (now.accessToken !== null && remainingMs(now) > lastMomentMs) return now
    throw error
  }
  return read()
}

export function openAccess(row: AccessRow): Access {
  const { grantId, userId, provider, version, accessToken } = row
  if (accessToken === null) throw new GrantkeeperError('reauthorization_required')
  const context = { grantId, userId, provider, version, field: 'access_token' as const }
  return { grantId, userId, provider, version, accessToken: open(accessToken, context) }
}

/** Whatever the provider's API refuses, nobody is asked for a new token more often than this. */
const coolDownMs = 30_000

/** Whether a token that was refused may be renewed: not where that was done or tried just now, by whomever. */
function isRenewable({ grantId, isRefreshable, now, lastRefreshedAt }: AccessRow): boolean {
  const last = Math.max(lastRefreshedAt ?? 0, failures().get(grantId) ?? 0)
  return isRefreshable && now - last >= coolDownMs
}

/** A refresh for a refused token that failed leaves no date in the row: the pauses there begin with a second. */
function notingFailure({ grantId, now }: AccessRow): (error: unknown) => never {
  return (error) => {
    const known = failures()
    if (known.size >= 10_000) known.clear()
    known.set(grantId, now)
    throw error
  }
}

function failures(): Map<string, number> {
  return oncePerProcess('failed renewals of refused tokens', () => new Map<string, number>())
}

/** Less than this is as good as nothing: the call that it is for would come too late. */
const lastMomentMs = 3_000

/** The one grant that is meant, if it may be used. */
function choose(rows: AccessRow[], grantId: string | undefined): AccessRow {
  const candidates = grantId === undefined ? rows : rows.filter((row) => row.grantId === grantId)
  const [row, ...others] = candidates
  if (!row) throw new GrantkeeperError('not_connected')
  if (others.length > 0) {
    const choices = candidates.map(({ grantId, account }) => ({ grant: grantId, account }))
    throw new GrantkeeperError('account_required', { detail: { choices } })
  }
  if (row.pausedAt !== null) throw new GrantkeeperError('paused')
  if (row.status !== 'active') throw reauthorizationRequired(row, row.reason ?? 'other')
  return row
}

function reauthorizationRequired({ grantId }: AccessRow, reason: string): GrantkeeperError {
  return new GrantkeeperError('reauthorization_required', { detail: { reason, grant: grantId } })
}

/** Where the records are away too: what was read before, as much older as it is by now. */
function orAsItWas(row: AccessRow, readAt: number): (error: unknown) => AccessRow {
  return (error) => {
    if (codeOf(error) !== 'storage_unavailable') throw error
    return { ...row, now: row.now + (performance.now() - readAt) }
  }
}

/** While the token is still good, nobody waits for the next one, and nobody minds if there is none yet. */
function refreshAhead(row: AccessRow): void {
  if (!row.isRefreshable) return
  const { grantId, provider } = row
  const flight = refresh(row).catch((cause: unknown) =>
    logEvent('debug', 'refresh_ahead_failed', { grantId, provider, code: codeOf(cause), cause }),
  )
  // Frozen in flight, it would have sent the token and never stored the new one.
  goOn(flight)
}

/** A flight may last longer than anybody should wait for it: it goes on without him. */
function landed(flight: Promise<void>): Promise<void> {
  const { LEASE_MS, TOKEN_DEADLINE_MS } = env()
  return inTime(flight, LEASE_MS + 2 * TOKEN_DEADLINE_MS)
}
