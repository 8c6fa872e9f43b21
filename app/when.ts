const units = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const

const relativeFormat = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const exactFormat = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'long',
  timeStyle: 'medium',
  timeZone: 'UTC',
})
const clockFormat = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
})
const dayFormat = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeZone: 'UTC' })

/** "3 minutes ago", "in 2 hours", "just now". */
export function relative(at: Date, now: Date): string {
  const seconds = Math.round((at.getTime() - now.getTime()) / 1000)
  const [unit, length] = units.find(([, length]) => Math.abs(seconds) >= length) ?? []
  return unit && length ? relativeFormat.format(Math.trunc(seconds / length), unit) : 'just now'
}

/** The exact moment, in words. */
export function exact(at: Date): string {
  return `${exactFormat.format(at)} UTC`
}

/** "12:04" (UTC). */
export function clock(at: Date): string {
  return clockFormat.format(at)
}

/** "Sunday, 22 November 2026" (UTC). */
export function day(at: Date): string {
  return dayFormat.format(at)
}

/** A key that is equal for two moments of the same day (UTC). */
export function dayKey(at: Date): string {
  return at.toISOString().slice(0, 10)
}
