import { expect, test } from 'vitest'
import { responseHeaders } from './response-headers.ts'

const json = { 'content-type': 'application/json' }
const pass = (received: Record<string, string | string[]>) =>
  Object.fromEntries(responseHeaders(received))

test('what says how to read, keep apart and pace answers goes on', () => {
  const received = {
    ...json,
    etag: '"1"',
    'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT',
    'content-length': '2',
    'content-range': 'bytes 0-1/9',
    'retry-after': '7',
    'ratelimit-remaining': '1',
    'x-ratelimit-reset': '2',
    'x-rate-limit-limit': '3',
    ratelimit: 'limit=1',
  }
  expect(pass(received)).toEqual(received)
})

test.each([
  'set-cookie',
  'location',
  'content-security-policy',
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'strict-transport-security',
  'clear-site-data',
  'service-worker-allowed',
  'refresh',
  'link',
  'nel',
  'report-to',
  'reporting-endpoints',
  'www-authenticate',
  'content-disposition',
  'content-encoding',
  'transfer-encoding',
  'connection',
  'alt-svc',
  'cache-control',
  'x-echo',
  'server',
])('PX-07 %s does not go on', (name) =>
  expect(pass({ ...json, [name]: 'evil', etag: '"1"' })).toEqual({ ...json, etag: '"1"' }),
)

test('the length of a compressed body is not that of the plain one', () =>
  expect(pass({ ...json, 'content-length': '9', 'content-encoding': 'gzip' })).toEqual(json))

test.each(['application/json', 'application/json; charset=utf-8', 'application/problem+json'])(
  'JSON is shown: %s',
  (type) => expect(pass({ 'content-type': type })).toEqual({ 'content-type': type }),
)

test.each(['text/html', 'image/svg+xml', 'application/xml', 'text/plain'])(
  'PX-08 anything else is a file to be saved: %s',
  (type) =>
    expect(pass({ 'content-type': type })).toEqual({
      'content-type': type,
      'content-disposition': 'attachment',
    }),
)

test.each([
  '',
  'html',
  'text/html,application/json',
  'application/json, text/html',
  'a/b; x="\\""',
  'text/javascript',
  'application/ecmascript',
  'text/css',
  'application/wasm',
])('PX-08 a type that is none, or would run, is bytes: "%s"', (type) =>
  expect(pass(type === '' ? {} : { 'content-type': type })).toEqual({
    'content-type': 'application/octet-stream',
    'content-disposition': 'attachment',
  }),
)
