import { expect, test } from 'vitest'
import { forwardedQuery } from './query.ts'

test('parameters go on in their order, repeated and empty ones too', () => {
  const query = 'b=1&a=2&b=3&flag&empty=&%24filter=x%20y&a[]=1'
  expect(forwardedQuery(`?${query}`)).toBe(query)
  expect(forwardedQuery('')).toBe('')
})

test('a plus is a space, and a semicolon part of a value, for every server', () =>
  expect(forwardedQuery('?q=a+b%2Bc;d')).toBe('q=a%20b%2Bc%3Bd'))

test.each([
  'access_token=evil',
  'ACCESS_TOKEN=evil',
  'access%5Ftoken=evil',
  'access-token=evil',
  'access_token[]=evil',
  'access_token[a]=evil',
  '+access_token=evil',
  '%20access_token=evil',
  '%61ccess_token=evil',
  'oauth_token=x',
  'token=x',
  'api_key=x',
  'apiKey=x',
  'refresh_token=x',
  'access_token',
  'x=1;access_token=evil',
])('PX-13 a token of the client does not go on: %s', (parameter) => {
  expect(forwardedQuery(`?a=1&${parameter}&b=2`)).toBe('a=1&b=2')
  expect(forwardedQuery(`?${parameter}`)).toBe('')
})

test.each(['pageToken=1', 'sync_token=1', 'tokens=1', 'q=access_token', 'key=1'])(
  'a parameter that is none goes on: %s',
  (parameter) => expect(forwardedQuery(`?${parameter}`)).toBe(parameter),
)

test.each(['_method=DELETE', 'X-HTTP-Method-Override=DELETE', 'x-http-method=PUT'])(
  'PX-10 a method in the query does not go on: %s',
  (parameter) => expect(forwardedQuery(`?a=1&${parameter}`)).toBe('a=1'),
)
