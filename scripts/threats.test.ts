import { expect, test } from 'vitest'
import { titlesIn } from './threats.ts'

// Put together here, so that this file itself names no threat.
const call = (name: string, title: string) => `${name}(${title}, async () => {})\n`
const idsIn = (text: string) => titlesIn('a.test.ts', text).map(({ ids }) => ids)

test('a title that begins with ids counts for all of them', () => {
  expect(idsIn(call('test', "'ST-01 ST-02, MX-03: no state, no work'"))).toEqual([
    ['ST-01', 'ST-02', 'MX-03'],
  ])
  expect(idsIn(call('test.each([1, 2])', '`RU-01 ' + '$' + '{name} is refused`'))).toEqual([
    ['RU-01'],
  ])
})

test('an id elsewhere in a title, or none, does not count', () => {
  expect(idsIn(call('test', "'the answer to ST-01'"))).toEqual([])
  expect(idsIn(call('test', "'ST-011 is no id'"))).toEqual([])
})

test('a skipped test proves nothing', () => {
  for (const how of ['skip', 'todo', 'fixme'])
    expect(idsIn(call(`test.${how}`, "'ST-01 later'"))).toEqual([])
})

test('quotes in a title do not end it', () => {
  const [found] = titlesIn('a.test.ts', call('test', String.raw`'LK-01 alice\'s code'`))
  expect(found?.title).toBe("LK-01 alice's code")
})
