import { expect, test } from 'vitest'
import { forwardedQuery } from './query.ts'

test('parameters go on in their order, repeated and empty ones too', () => {
  const query = 'b=1&a=2&b=3&flag&empty=&%24filter=x%20y&a[]=1'
  expect(forwardedQuery(`?${query}`)).toBe(query)
  expect(forwardedQuery('')).toBe('')
})

test('a plus is a space, and a semicolon part of a value, for every server', () =>
  expect(forwardedQuery('?q=a+b%2Bc;d')).toBe('q=a%20b%2Bc%3Bd'))

const refused = (path: string) =>
  expect.objectContaining({
    code: 'invalid_request',
    detail: { errors: [{ path, message: expect.stringContaining('not passed on') }] },
  })

test.each([
  ['access_token=evil', 'access_token'],
  ['ACCESS_TOKEN=evil', 'access_token'],
  ['access%5Ftoken=evil', 'access_token'],
  ['access-token=evil', 'access_token'],
  ['access_token[]=evil', 'access_token'],
  ['access_token[a]=evil', 'access_token'],
  ['+access_token=evil', 'access_token'],
  ['%20access_token=evil', 'access_token'],
  ['%61ccess_token=evil', 'access_token'],
  ['oauth_token=x', 'oauth_token'],
  ['token=x', 'token'],
  ['api_key=x', 'api_key'],
  ['apiKey=x', 'apikey'],
  ['refresh_token=x', 'refresh_token'],
  ['access_token', 'access_token'],
  ['x=1;access_token=evil', 'access_token'],
])('PX-13 WD-16 a token of the client is refused by name: %s', (parameter, name) => {
  for (const query of [`?a=1&${parameter}&b=2`, `?${parameter}`])
    expect(() => forwardedQuery(query)).toThrow(refused(`query.${name}`))
})

test.each(['pageToken=1', 'sync_token=1', 'tokens=1', 'q=access_token', 'key=1'])(
  'a parameter that is none goes on: %s',
  (parameter) => expect(forwardedQuery(`?${parameter}`)).toBe(parameter),
)

test.each([
  ['_method=DELETE', '_method'],
  ['X-HTTP-Method-Override=DELETE', 'x_http_method_override'],
  ['x-http-method=PUT', 'x_http_method'],
])('PX-10 WD-16 a method in the query is refused by name: %s', (parameter, name) =>
  expect(() => forwardedQuery(`?a=1&${parameter}`)).toThrow(refused(`query.${name}`)),
)

test('WD-16 a name that the entry knows as harmless goes on, and no other with it', () => {
  expect(forwardedQuery('?token=latest&a=1', ['token'])).toBe('token=latest&a=1')
  expect(() => forwardedQuery('?token=latest&api_key=1', ['token'])).toThrow(
    refused('query.api_key'),
  )
})
