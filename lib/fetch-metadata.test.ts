import { expect, test } from 'vitest'
import { isFromHere, isNavigation } from './fetch-metadata.ts'

const base = 'https://app.test'

test.each<[Record<string, string>, boolean]>([
  [{ 'sec-fetch-site': 'same-origin' }, true],
  [{ 'sec-fetch-site': 'same-site', referer: `${base}/x` }, false],
  [{ 'sec-fetch-site': 'cross-site', origin: base }, false],
  [{ 'sec-fetch-site': 'none', referer: `${base}/x` }, false],
  [{}, false],
  [{ referer: `${base}/integrations?x=1` }, true],
  [{ referer: `${base}.evil.test/` }, false],
  [{ referer: 'https://evil.test/https://app.test' }, false],
  [{ origin: base }, true],
  [{ origin: 'null', referer: `${base}/` }, false],
  [{ origin: 'foo' }, false],
])('AU-09 a request with %j is from a page of ours: %s', (headers, expected) => {
  expect(isFromHere(new Headers(headers), base)).toBe(expected)
})

test.each<[Record<string, string>, boolean]>([
  [{}, true],
  [{ 'sec-fetch-dest': 'document' }, true],
  [{ 'sec-fetch-dest': 'image' }, false],
  [{ 'sec-fetch-dest': 'iframe' }, false],
  [{ 'sec-fetch-dest': 'empty' }, false],
  [{ purpose: 'prefetch' }, false],
  [{ 'sec-purpose': 'prefetch;prerender' }, false],
  [{ rsc: '1' }, false],
  [{ 'next-router-prefetch': '1' }, false],
])('AU-09 a request with %j is one that a person opens: %s', (headers, expected) => {
  expect(isNavigation(new Headers(headers))).toBe(expected)
})
