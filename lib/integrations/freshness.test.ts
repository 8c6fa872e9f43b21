import { expect, test } from 'vitest'
import { freshness } from './freshness.ts'

const minute = 60_000
const now = 1_800_000_000_000

/** A token of so long a life, of which so much is over. */
function token({ life, age, id = '00000000' }: { life: number; age: number; id?: string }) {
  return {
    grantId: id,
    version: 1,
    accessToken: 'sealed',
    lastRefreshedAt: now - age,
    connectedAt: 0,
    accessTokenExpiresAt: now - age + life,
    now,
  }
}

test('a token of ten minutes is not refreshed at each read', () => {
  expect(freshness(token({ life: 10 * minute, age: 0 }))).toBe('fresh')
  expect(freshness(token({ life: 10 * minute, age: 7 * minute }))).toBe('fresh')
  expect(freshness(token({ life: 10 * minute, age: 9.2 * minute }))).toBe('stale')
})

test('nor is one that lives shorter than what whoever gets it can count on', () => {
  expect(freshness(token({ life: 20_000, age: 0 }))).toBe('fresh')
  expect(freshness(token({ life: 20_000, age: 0 }), 3600_000)).toBe('fresh')
  expect(freshness(token({ life: 20_000, age: 16_000 }))).toBe('stale')
})

test('TA-07 whoever asks for a token that lives longer gets one, as far as they live so long', () => {
  const inForty = token({ life: 90_000, age: 40_000 })
  expect(freshness(inForty, 60_000)).toBe('stale')
  expect(freshness(inForty, 30_000)).toBe('fresh')
  expect(freshness(token({ life: 90_000, age: 0 }), 60_000)).toBe('fresh')
})

test('RF-14 a token of unknown life is good until somebody refuses it', () => {
  const unknown = { ...token({ life: 1, age: 0 }), accessTokenExpiresAt: null }
  expect(freshness(unknown)).toBe('fresh')
  expect(freshness(unknown, 3600_000)).toBe('fresh')
})

test('RF-15 tokens that were given together are not renewed together', () => {
  const ids = Array.from({ length: 200 }, (_, index) => index.toString(16).padStart(8, '0'))
  const ageing = (age: number) =>
    ids.filter((id) => freshness(token({ life: 60 * minute, age, id })) !== 'fresh').length
  expect(ageing(44.9 * minute)).toBe(0)
  expect(ageing(49 * minute)).toBeGreaterThan(60)
  expect(ageing(49 * minute)).toBeLessThan(140)
  expect(ageing(54 * minute)).toBe(200)
})

test('without a token there is nothing fresh', () => {
  expect(freshness({ ...token({ life: minute, age: 0 }), accessToken: null })).toBe('stale')
})
