import { expect, test } from 'vitest'
import { leadsInside, prefixesIn } from './translation.ts'

/** RFC 6052 §2.4: how each length of a prefix embeds 192.0.2.33; here 192.0.0.170, 10.0.0.1 and 11.0.0.1. */
test.each([
  ['/32', '2001:db8:c000:aa::', '2001:db8:a00:1::', '2001:db8:b00:1::'],
  ['/40', '2001:db8:1c0:0:aa::', '2001:db8:10a:0:1::', '2001:db8:10b:0:1::'],
  ['/48', '2001:db8:122:c000:0:aa00::', '2001:db8:122:a00:0:100::', '2001:db8:122:b00:0:100::'],
  ['/56', '2001:db8:122:3c0:0:aa::', '2001:db8:122:30a:0:1::', '2001:db8:122:30b:0:1::'],
  [
    '/64',
    '2001:db8:122:344:c0:0:aa00::',
    '2001:db8:122:344:a:0:100::',
    '2001:db8:122:344:b:0:100::',
  ],
  ['/96', '2001:db8:122:344::c000:aa', '2001:db8:122:344::a00:1', '2001:db8:122:344::b00:1'],
])(
  'AU-24 a prefix of %s is known by the name that all have, and what it hides is seen',
  (_, name, inside, outside) => {
    const prefixes = prefixesIn([name])
    expect(leadsInside(inside, prefixes)).toBe(true)
    expect(leadsInside(outside, prefixes)).toBe(false)
  },
)

test('AU-24 loopback, metadata and the rest are not public by a known prefix either', () => {
  const prefixes = prefixesIn(['2001:67c:2b0::c000:aa', '2001:67c:2b0::c000:ab'])
  for (const inside of ['7f00:1', 'a9fe:a9fe', 'c0a8:1', 'ac10:1', '6440:1', '0:0', 'e000:1'])
    expect(leadsInside(`2001:67c:2b0::${inside}`, prefixes), inside).toBe(true)
  // Under any other prefix the same bytes are somebody's host.
  for (const other of ['2001:67c:2b1::7f00:1', '2a00::7f00:1', '::1', '10.0.0.1'])
    expect(leadsInside(other, prefixes), other).toBe(false)
})

test('a network that does not translate has none', () => {
  expect(prefixesIn([])).toEqual([])
  expect(prefixesIn(['192.0.0.170', '2001:db8::1'])).toEqual([])
})
