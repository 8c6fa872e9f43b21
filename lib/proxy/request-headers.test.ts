import { expect, test } from 'vitest'
import { requestHeaders } from './request-headers.ts'

const forward = (given: Record<string, string>) => requestHeaders(new Headers(given), 'AT_cnry_1')
const ours = {
  authorization: 'Bearer AT_cnry_1',
  'user-agent': 'Grantkeeper',
  'accept-encoding': 'identity',
}

test('content negotiation, conditions and ranges go on', () => {
  const given = { accept: 'application/json', 'if-match': '"1"', range: 'bytes=0-9' }
  expect(forward(given)).toEqual({ ...given, ...ours })
})

test.each([
  'authorization',
  'proxy-authorization',
  'cookie',
  'host',
  'origin',
  'referer',
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'content-length',
  'content-encoding',
  'accept-encoding',
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x_forwarded_user',
  'x-real-ip',
  'x-original-url',
  'x-api-key',
  'x-grantkeeper',
  'grantkeeper-grant',
  'grantkeeper-api',
  'sec-fetch-site',
])('PX-05 %s does not go on', (name) => expect(forward({ [name]: 'evil' })).toEqual(ours))

test.each(['x-http-method-override', 'x-http-method', 'x-method-override'])(
  'PX-10 %s does not go on',
  (name) => expect(forward({ [name]: 'DELETE' })).toEqual(ours),
)
