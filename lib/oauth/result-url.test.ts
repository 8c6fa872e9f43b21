import { expect, test } from 'vitest'
import { stubSettings } from '../testing/settings.ts'
import { parseReturnTo, resultUrl } from './return-url.ts'

const base = 'https://app.test'
stubSettings({ APP_BASE_URL: base })

const result = (
  returnTo: string,
  outcome: Parameters<typeof resultUrl>[1] = { provider: 'acme' },
) => resultUrl(parseReturnTo(returnTo, base), outcome)
const connected = 'integration=acme&status=connected'

test('what came of it is told in the query, in a closed set of words', () => {
  expect(result('/s')).toBe(`https://app.test/s?${connected}#`)
  expect(result('/s', { provider: 'acme', error: 'access_denied' })).toBe(
    'https://app.test/s?integration=acme&status=error&error=access_denied#',
  )
  expect(result('/s', { error: 'unknown_provider' })).toBe(
    'https://app.test/s?status=error&error=unknown_provider#',
  )
})

test.each(['/%2F%2Fevil.test', '/%5Cevil.test', '/%252F%252Fevil.test'])(
  'RU-11 the encoded slashes of %s are emitted byte by byte',
  (path) => {
    expect(result(path)).toBe(`${base}${path}?${connected}#`)
  },
)

test('RU-11 a query is emitted byte by byte, before what is added', () => {
  expect(result('/a?next=%2F%2Fevil.test')).toBe(
    `https://app.test/a?next=%2F%2Fevil.test&${connected}#`,
  )
  expect(result('/a?b&c=&=d&x=%7E~%2f;y')).toBe(
    `https://app.test/a?b&c=&=d&x=%7E~%2f;y&${connected}#`,
  )
  expect(result('/a?')).toBe(`https://app.test/a?${connected}#`)
})

test('RU-12 the result stands before the fragment, and there always is one', () => {
  expect(result('/s?x=1#tab')).toBe(`https://app.test/s?x=1&${connected}#tab`)
  expect(result('/s#')).toBe(`https://app.test/s?${connected}#`)
  expect(result('/s')).toMatch(/#$/)
  expect(result('/s#a?b=c')).toBe(`https://app.test/s?${connected}#a?b=c`)
})

test.each([
  'status=connected',
  'integration=evil',
  'error=x',
  'code=C',
  'state=S',
  'status',
  'st%61tus=connected',
  '%73%74%61%74%75%73=connected',
  'status=a&status=b&error',
])('RU-13 the reserved parameters %s of a return_to are removed', (smuggled) => {
  expect(result(`/s?a=1&${smuggled}&b=2`)).toBe(`https://app.test/s?a=1&b=2&${connected}#`)
})

test('RU-13 names that only look like reserved ones stay', () => {
  expect(result('/s?Status=1&status_=2&mystate=3')).toBe(
    `https://app.test/s?Status=1&status_=2&mystate=3&${connected}#`,
  )
})
