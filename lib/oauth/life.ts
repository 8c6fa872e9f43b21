import type { OfferedProvider } from '#lib/providers/provider'
import type { Members } from './members.ts'

/** Ten years: no access token lives longer, and what is said to is no number of seconds. */
export const longestLifeS = 315_360_000

/**
 * How long an access token lives, in seconds, from what a token response says of it; undefined where that
 * is nothing, or nothing that can be a life. More than ten years is given as it is, to be doubted.
 * @param nowMs the time of which `expires_at` and the like are so far away
 */
export function lifeOf(
  { expires_unit }: Pick<OfferedProvider, 'expires_unit'>,
  { expires_in, expires_at, expires }: Members,
  nowMs: number,
): number | undefined {
  const told = numberOf(expires_in)
  const seconds = told === undefined ? undefined : inUnit[expires_unit ?? 's'](told, nowMs)
  if (isLife(seconds)) return seconds
  const until = [expires_at, expires].map((value) => untilOf(value, nowMs)).find(isLife)
  if (until !== undefined) return until
  return seconds !== undefined && seconds > 0 && seconds <= 1e12 ? seconds : undefined
}

function isLife(seconds: number | undefined): seconds is number {
  return seconds !== undefined && seconds > 0 && seconds <= longestLifeS
}

const inUnit = {
  s: (value: number) => value,
  ms: (value: number) => value / 1000,
  epoch_s: (value: number, nowMs: number) => value - nowMs / 1000,
} satisfies Record<NonNullable<OfferedProvider['expires_unit']>, unknown>

/**
 * Seconds until a point in time: seconds or milliseconds since the epoch, or a date with its zone. A
 * small number is so many seconds from now, as old answers of Facebook's had it in `expires`.
 */
function untilOf(value: unknown, nowMs: number): number | undefined {
  const number = numberOf(value)
  if (number !== undefined) {
    if (number <= longestLifeS) return number
    return (number > 1e11 ? number / 1000 : number) - nowMs / 1000
  }
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT[\d:.]{5,20}(Z|[+-]\d\d:?\d\d)$/.test(value))
    return undefined
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : (date - nowMs) / 1000
}

/** A number, or a text that is one in plain digits. */
export function numberOf(value: unknown): number | undefined {
  const number =
    typeof value === 'string' && /^\d{1,15}(\.\d{1,9})?$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}
