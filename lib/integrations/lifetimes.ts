import { sql } from 'drizzle-orm'
import type { Database } from '#db'
import type { GrantRow } from '#db/schema'
import type { Renewed } from '#lib/oauth/token-response'
import type { OfferedProvider } from '#lib/providers/provider'

/** How long received tokens live from now on, in milliseconds; null where nobody says. */
export type Lifetimes = {
  accessTokenLivesMs: number | null
  refreshTokenLivesMs: number | null
  refreshDueInMs: number | null
}

/**
 * @param tokens with times by this process's own clock, at which they were just received
 * @param lastMs how long the access token before these lived, where that is known
 */
export function lifetimesOf(
  provider: OfferedProvider,
  tokens: Received,
  lastMs: number | null = null,
): Lifetimes {
  const now = Date.now()
  const left = (at: number | null) => (at === null ? null : Math.round(at - now))
  const told = left(tokens.accessTokenExpiresAt)
  const isTold = told !== null && !tokens.isLifeDoubtful
  return {
    accessTokenLivesMs: isTold ? told : (assumedMs(provider, lastMs) ?? told),
    refreshTokenLivesMs: left(tokens.refreshTokenExpiresAt),
    refreshDueInMs: tokens.refreshToken === null ? null : idleMs(provider, tokens, now),
  }
}

/**
 * How long a grant's present access token was to live, as far as anybody said. Taken for the next one, it
 * stays as it is: it is not shortened by the time of each call.
 */
export function lastLifeMs({
  accessTokenExpiresAt,
  lastRefreshedAt,
  connectedAt,
}: Pick<GrantRow, 'accessTokenExpiresAt' | 'lastRefreshedAt' | 'connectedAt'>): number | null {
  if (accessTokenExpiresAt === null) return null
  return Math.max(accessTokenExpiresAt - (lastRefreshedAt ?? connectedAt), 1000)
}

type Received = Pick<
  Renewed,
  'accessTokenExpiresAt' | 'isLifeDoubtful' | 'refreshToken' | 'refreshTokenExpiresAt'
>

/** Where the answer does not say, or says what cannot be: the entry's, or that of last time, whichever is less. */
function assumedMs({ access_token_life_s }: OfferedProvider, lastMs: number | null): number | null {
  const lives = [
    ...(access_token_life_s === undefined ? [] : [access_token_life_s * 1000]),
    ...(lastMs === null ? [] : [lastMs]),
  ]
  return lives.length === 0 ? null : Math.min(...lives)
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
  { refreshTokenExpiresAt }: Pick<Renewed, 'refreshTokenExpiresAt'>,
  now: number,
): number | null {
  const lives = [
    ...(refresh_token_idle_s === undefined ? [] : [refresh_token_idle_s * 1000]),
    ...(refreshTokenExpiresAt === null ? [] : [refreshTokenExpiresAt - now]),
  ]
  return lives.length === 0 ? null : Math.round(Math.min(...lives) * (0.5 + Math.random() * 0.2))
}
