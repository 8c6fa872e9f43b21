import { expect, test, vi } from 'vitest'
import { asErrorCode, codeOf, GrantkeeperError, problem } from './errors.ts'

test('an error of any copy is one', async () => {
  vi.resetModules()
  const copy = await import('./errors.ts')
  expect(copy.GrantkeeperError).not.toBe(GrantkeeperError)
  const error = new copy.GrantkeeperError('storage_unavailable', { retryAfterS: 5 })
  expect(error).toBeInstanceOf(GrantkeeperError)
  expect(codeOf(error)).toBe('storage_unavailable')
  expect(problem(error).headers['retry-after']).toBe('5')
})

test('whatever else is thrown is a server_error', () => {
  for (const thrown of [
    new Error('no'),
    { code: 'access_denied' },
    'access_denied',
    null,
    undefined,
  ])
    expect(codeOf(thrown)).toBe('server_error')
})

test('a code is one of ours, or none', () => {
  expect(asErrorCode('access_denied')).toBe('access_denied')
  for (const value of ['toString', '__proto__', 'other', ['access_denied'], undefined])
    expect(asErrorCode(value)).toBeUndefined()
})
