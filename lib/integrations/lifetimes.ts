import { sql } from 'drizzle-orm'
import type { Database } from '#db'
import type { Tokens } from '#lib/oauth/token-response'
import type { OfferedProvider } from '#lib/providers/provider'

/** How long received tokens live from now on, in milliseconds; null where nobody says. */
export type Lifetimes = {
  accessTokenLivesMs: number | null
  refreshTokenLivesMs: number | null
  refreshDueInMs: number | null
}

/** @param tokens with times by this process's own clock, at which they were just received */
export function lifetimesOf(provider: OfferedProvider, tokens: Tokens): Lifetimes {
  const now = Date.now()
  const left = (at: number | null) => (at === null ? null : Math.round(at - now))
  return {
    accessTokenLivesMs: left(tokens.accessTokenExpiresAt),
    refreshTokenLivesMs: left(tokens.refreshTokenExpiresAt),
    refreshDueInMs: tokens.refreshToken === null ? null : idleMs(provider, tokens, now),
  }
}

/**
 * The columns of lifetimes: how long fills the placeholder, and until when is written, by the database's
 * clock, since the clocks of instances differ. What nobody says stays null.
 */
export function lifetimeColumns({ clock }: Pick<Database, 'clock'>) {
  const after = (lifetime: keyof Lifetimes) => sql`${clock} + ${sql.placeholder(lifetime)}`
  return {
    accessTokenExpiresAt: after('accessTokenLivesMs'),
    refreshTokenExpiresAt: after('refreshTokenLivesMs'),
    refreshDueAt: after('refreshDueInMs'),
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
  return lives.length === 0 ? null : Math.round(Math.min(...lives) * (0.5 + Math.random() * 0.2))
}
