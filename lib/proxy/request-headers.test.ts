import { expect, test } from 'vitest'
import { stubSettings } from '../testing/settings.ts'
import { passedHeaders, withToken } from './request-headers.ts'

stubSettings({ PROXY_IGNORED_HEADERS: 'X_Our-Edge, x-our-wall' })

type Entry = Partial<Parameters<typeof passedHeaders>[1]>

function forward(given: Record<string, string>, overrides: Entry = {}) {
  const entry = {
    ...{ api_headers: undefined, api_auth: undefined, api_forward: undefined },
    ...{ api_ranges: undefined, client: { id: 'our-client', secret: 'secret' } },
    ...overrides,
  }
  return withToken(passedHeaders(new Headers(given), entry), entry, 'AT_cnry_1')
}

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
  'accept-encoding',
  'cache-control',
  'pragma',
  'user-agent',
  'dnt',
  'priority',
  'x-requested-with',
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x_forwarded_user',
  'x-real-ip',
  'x-original-url',
  'cf-connecting-ip',
  'x-vercel-id',
  'x-grantkeeper',
  'grantkeeper-grant',
  'grantkeeper-api',
  'sec-fetch-site',
  'sec-ch-ua',
  'traceparent',
  'tracestate',
  'baggage',
  'sentry-trace',
  'x-our-edge',
  'X-Our-Wall',
])(
  'PX-05 what anybody adds by itself does not go on, and keeps no call from going on: %s',
  (name) => expect(forward({ [name]: 'evil' })).toEqual(ours),
)

test('PX-05 what Connection names is for this hop alone', () =>
  expect(forward({ connection: 'close, X-Hop', 'x-hop': 'evil' })).toEqual(ours))

test.each([
  'x-api-key',
  'x-tenant-id',
  'client-id',
  'content-encoding',
  'content-md5',
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
  'x-csrf-token',
  'base-url-override',
  'constructor',
])('PX-05 PX-10 WD-16 any other is refused by name: %s', (name) =>
  expect(() => forward({ accept: '*/*', [name]: 'evil' })).toThrow(
    expect.objectContaining({
      code: 'invalid_request',
      detail: {
        errors: [{ path: `header.${name}`, message: expect.stringContaining('not passed on') }],
      },
    }),
  ),
)

test('WD-16 what the entry names goes on, in any case', () => {
  const given = { 'x-tenant-id': '7', 'content-encoding': 'gzip' }
  const api_forward = ['X-Tenant-Id', 'Content-Encoding']
  expect(forward(given, { api_forward })).toEqual({ ...given, ...ours })
})

test('an entry’s constant headers win over the caller’s and over ours', () => {
  const api_headers = {
    'Client-Id': '{client_id}',
    Accept: 'application/vnd.acme',
    'User-Agent': 'us',
  }
  expect(forward({ accept: 'text/evil', 'client-id': 'evil' }, { api_headers })).toEqual({
    ...ours,
    ...{ 'client-id': 'our-client', accept: 'application/vnd.acme', 'user-agent': 'us' },
  })
})

test('the token goes where the entry says, and is never taken from outside', () => {
  const api_auth = { header: 'X-Shopify-Access-Token', scheme: '' }
  const { authorization, ...others } = ours
  expect(forward({ authorization: 'evil' }, { api_auth })).toEqual({
    ...others,
    'x-shopify-access-token': 'AT_cnry_1',
  })
  const api_forward = ['x-shopify-access-token']
  expect(() => forward({ 'x-shopify-access-token': 'evil' }, { api_auth, api_forward })).toThrow(
    expect.objectContaining({ code: 'invalid_request' }),
  )
  expect(forward({}, { api_auth: { header: 'Authorization', scheme: 'OAuth' } })).toMatchObject({
    authorization: 'OAuth AT_cnry_1',
  })
})

test('an entry can refuse ranges', () => {
  for (const name of ['range', 'if-range'])
    expect(() => forward({ [name]: 'bytes=0-9' }, { api_ranges: false })).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    )
  expect(forward({ range: 'bytes=0-9' }, { api_ranges: true })).toMatchObject({
    range: 'bytes=0-9',
  })
})
