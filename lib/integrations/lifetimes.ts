import { type SQL, sql } from 'drizzle-orm'
import type { Database } from '#db'
import type { Tokens } from '#lib/oauth/token-response'
import type { OfferedProvider } from '#lib/providers/provider'

/** Until when received tokens live, by the database's clock: the clocks of instances differ. */
export type Lifetimes = {
  accessTokenExpiresAt: SQL | null
  refreshTokenExpiresAt: SQL | null
  refreshDueAt: SQL | null
}

/**
 * What is written of the lifetimes of received tokens.
 * @param tokens with times by this process's own clock, at which they were just received
 */
export function lifetimesOf(
  { clock }: Pick<Database, 'clock'>,
  provider: OfferedProvider,
  tokens: Tokens,
): Lifetimes {
  const now = Date.now()
  const inMs = (ms: number | null) => (ms === null ? null : sql`${clock} + ${Math.round(ms)}`)
  const untilLocal = (at: number | null) => inMs(at === null ? null : at - now)
  return {
    accessTokenExpiresAt: untilLocal(tokens.accessTokenExpiresAt),
    refreshTokenExpiresAt: untilLocal(tokens.refreshTokenExpiresAt),
    refreshDueAt: inMs(tokens.refreshToken === null ? null : idleMs(provider, tokens, now)),
  }
}

/**
 * After how long a refresh token that nobody used is refreshed all the same: at 50 to 70 % of what the
 * entry, or the token response, gives it to live; null where neither says anything.
 */
function idleMs(
  { refresh_token_idle_s }: OfferedProvider,
  { refreshTokenExpiresAt }: Tokens,
  now: number,
): number | null {
  const lives = [
    ...(refresh_token_idle_s === undefined ? [] : [refresh_token_idle_s * 1000]),
    ...(refreshTokenExpiresAt === null ? [] : [refreshTokenExpiresAt - now]),
  ]
  return lives.length === 0 ? null : Math.min(...lives) * (0.5 + Math.random() * 0.2)
}
