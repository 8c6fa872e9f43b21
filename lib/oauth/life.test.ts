import { expect, test } from 'vitest'
import { lifeOf } from './life.ts'

const now = Date.UTC(2026, 11, 1)
const nowS = now / 1000

test.each([
  [3600, 3600],
  ['3600', 3600],
  [1, 1],
  // To be doubted, but told: what comes of it is decided with what else is known.
  [400_000_000, 400_000_000],
  ['400000000', 400_000_000],
  [1e12, 1e12],
  [1e13, undefined],
  [0, undefined],
  [-1, undefined],
  ['-1', undefined],
  [1e300, undefined],
  ['9'.repeat(400), undefined],
  [1.5, 1.5],
  [0.2, 0.2],
  ['3600.0', 3600],
  ['4.7', 4.7],
  ['.5', undefined],
  ['3600s', undefined],
  ['17964288000000000', undefined],
  ['1e3', undefined],
  ['0x10', undefined],
  [' 60', undefined],
  ['', undefined],
  ['soon', undefined],
  [null, undefined],
  [true, undefined],
  [[60], undefined],
  [{}, undefined],
])('TE-10 WD-06 expires_in %j is read as %j', (expires_in, expected) => {
  expect(lifeOf({}, { expires_in }, now)).toBe(expected)
})

test.each([
  [{ expires_at: nowS + 60 }, 60],
  [{ expires_at: String(nowS + 60) }, 60],
  [{ expires_at: now + 60_000 }, 60],
  [{ expires_at: '2026-12-01T00:01:00Z' }, 60],
  [{ expires_at: '2026-12-01T01:01:00.000+01:00' }, 60],
  [{ expires_at: '2026-12-01' }, undefined],
  [{ expires_at: nowS - 60 }, undefined],
  [{ expires: '5183999' }, 5_183_999],
  [{ expires: nowS + 60 }, 60],
  [{ expires_in: null, expires_at: nowS + 60 }, 60],
  [{ expires_in: 30, expires_at: nowS + 60 }, 30],
  [{ expires_in: nowS + 60, expires_at: nowS + 60 }, 60],
  [{}, undefined],
])('WD-06 %j is %j seconds', (members, expected) => {
  expect(lifeOf({}, members, now)).toBe(expected)
})

test('WD-06 an entry can say what expires_in counts', () => {
  expect(lifeOf({ expires_unit: 'ms' }, { expires_in: 3_600_000 }, now)).toBe(3600)
  expect(lifeOf({ expires_unit: 'epoch_s' }, { expires_in: nowS + 60 }, now)).toBe(60)
  expect(lifeOf({ expires_unit: 'epoch_s' }, { expires_in: nowS - 1 }, now)).toBeUndefined()
})
