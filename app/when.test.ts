import { expect, test } from 'vitest'
import { clock, dayKey, exact, relative } from './when.ts'

const now = new Date('2026-11-22T12:00:00Z')

test.each([
  ['2026-11-22T11:59:40Z', 'just now'],
  ['2026-11-22T11:57:00Z', '3 minutes ago'],
  ['2026-11-22T10:00:00Z', '2 hours ago'],
  ['2026-11-21T09:00:00Z', 'yesterday'],
  ['2026-11-16T12:00:00Z', '6 days ago'],
  ['2026-09-20T12:00:00Z', '2 months ago'],
  ['2024-11-01T12:00:00Z', '2 years ago'],
  ['2026-11-22T12:08:00Z', 'in 8 minutes'],
])('%s is told as "%s"', (at, told) => {
  expect(relative(new Date(at), now)).toBe(told)
})

test('exact times and days are in UTC, whatever the server is set to', () => {
  const late = new Date('2026-11-21T23:30:05Z')
  expect(exact(late)).toBe('21 November 2026 at 23:30:05 UTC')
  expect(clock(late)).toBe('23:30')
  expect(dayKey(late)).toBe('2026-11-21')
})
