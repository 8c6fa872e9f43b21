import { expect, test } from 'vitest'
import { readRefusal, readRetryAfter } from './refusal.ts'

const json = { 'content-type': 'application/json' }
const kindOf = (status: number, error?: string) =>
  readRefusal(new Response(null, { status, headers: json }), error && { error }).kind

test.each([
  [400, 'invalid_grant', 'refused'],
  [401, 'invalid_grant', 'refused'],
  [400, 'bad_refresh_token', 'refused'],
  [400, 'interaction_required', 'refused'],
  [400, 'consent_required', 'refused'],
  [401, 'invalid_client', 'misconfigured'],
  [400, 'invalid_client', 'misconfigured'],
  [400, 'unauthorized_client', 'rejected'],
  [400, 'unsupported_grant_type', 'rejected'],
  [400, 'invalid_scope', 'rejected'],
  [400, 'invalid_request', 'rejected'],
  [401, undefined, 'misconfigured'],
  [403, 'nonsense', 'rejected'],
  [404, undefined, 'misconfigured'],
  [405, undefined, 'misconfigured'],
  [400, undefined, 'rejected'],
  [400, 'nonsense', 'rejected'],
  [400, 'constructor', 'rejected'],
  [400, 'temporarily_unavailable', 'unavailable'],
  [403, undefined, 'misconfigured'],
  [408, undefined, 'unavailable'],
  [408, 'invalid_grant', 'unavailable'],
  [425, undefined, 'unavailable'],
  [429, undefined, 'unavailable'],
  [429, 'invalid_grant', 'unavailable'],
  [500, 'invalid_grant', 'unavailable'],
  [503, undefined, 'unavailable'],
] as const)('RF-10 a status of %i with the error %s: %s', (status, error, kind) => {
  expect(kindOf(status, error)).toBe(kind)
})

test('RF-08 Retry-After is heeded as seconds and as a date, between a second and an hour', () => {
  const inTenSeconds = new Date(Date.now() + 10_000).toUTCString()
  expect(readRetryAfter('5')).toBe(5000)
  expect(readRetryAfter('0')).toBe(1000)
  expect(readRetryAfter('99999999')).toBe(3_600_000)
  expect(readRetryAfter(inTenSeconds)).toBeGreaterThan(8000)
  expect(readRetryAfter(inTenSeconds)).toBeLessThanOrEqual(10_000)
  expect(readRetryAfter('Wed, 21 Oct 2015 07:28:00 GMT')).toBe(1000)
})

test.each([[null], ['-1'], ['soon'], [''], ['1.5'], ['0x10'], ['1e3']])(
  'RF-08 a Retry-After of %j is none',
  (value) => {
    expect(readRetryAfter(value)).toBeUndefined()
  },
)
