import type { AccessRow } from './access-rows.ts'

/** `ageing`: good, but about to be renewed. `stale`: not long enough good, or not at all. */
export type Freshness = 'fresh' | 'ageing' | 'stale'

/**
 * How good a grant's access token still is. All margins are relative to its life, so that a token of ten
 * minutes is not refreshed at each read. One of unknown life is good until an API refuses it.
 * @param minTtlMs how long it shall still live; at most four fifths of its life count
 */
export function freshness(row: LifeOf, minTtlMs?: number): Freshness {
  if (row.accessToken === null) return 'stale'
  if (row.accessTokenExpiresAt === null) return 'fresh'
  const life = Math.max(row.accessTokenExpiresAt - (row.lastRefreshedAt ?? row.connectedAt), 1000)
  const remaining = remainingMs(row)
  const needed =
    minTtlMs === undefined ? Math.min(usualMs, life / 4) : Math.min(minTtlMs, life * 0.8)
  if (remaining < needed) return 'stale'
  return remaining < life * (1 - renewalPoint(row)) ? 'ageing' : 'fresh'
}

/** What is left of the access token's life, in milliseconds by the database's clock. */
export function remainingMs({ accessTokenExpiresAt, now }: LifeOf): number {
  return accessTokenExpiresAt === null ? Number.POSITIVE_INFINITY : accessTokenExpiresAt - now
}

type LifeOf = Pick<
  AccessRow,
  | 'grantId'
  | 'version'
  | 'accessToken'
  | 'accessTokenExpiresAt'
  | 'lastRefreshedAt'
  | 'connectedAt'
  | 'now'
>

/** Whoever gets a token can use it for a minute, unless it never lives so long. */
const usualMs = 60_000

/**
 * The part of its life after which a token is renewed: 75 to 90 %, for each token another, so that those
 * that were given in one minute are not all asked for again in one minute.
 */
function renewalPoint({ grantId, version }: LifeOf): number {
  const chance = Number.parseInt(grantId.slice(-6), 16) + version * 7919
  return 0.75 + ((Number.isNaN(chance) ? 0 : chance) % 1000) / 1000 / (20 / 3)
}
