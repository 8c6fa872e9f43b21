import { expect } from 'playwright/test'
import { connected } from './place.ts'
import type { Listed, Report } from './report.ts'
import { oddSecret } from './running.ts'
import { atConnect, atRefresh, fails, later, refreshedOnce } from './shapes.ts'

const googleLike: Report = {
  name: 'reconnect-without-refresh-token',
  source: 'https://developers.google.com/identity/protocols/oauth2/web-server#offline',
  sent: 'a second consent brings no refresh token, as at Google without `prompt=consent`',
  expected: 'the stored one stays, works, and is not revoked',
  entry: { rotation: 'none' },
  walk: async (place) => {
    await connected(place)
    place.bend({ exchange: (honest) => ({ body: { ...honest, refresh_token: undefined } }) })
    await connected(place)
    const revoked = place.third.asked('revoke').map((asked) => asked.form.get('token') ?? '')
    expect(revoked.filter((token) => token.startsWith('RT_'))).toEqual([])
    await refreshedOnce(place)
  },
}

/** What token endpoints answer besides the shape of RFC 6749 §5.1. */
export const tokenAnswers: (Report | Listed)[] = [
  atConnect(
    'scope-array-twitch',
    'https://github.com/twitchdev/issues/issues/164',
    '`scope` as a list',
    {
      scope: ['read', 'write'],
    },
  ),
  atConnect('scope-null', undefined, '`scope: null`', { scope: null }),
  {
    ...atConnect('scope-empty', undefined, '`scope: ""`', { scope: '' }),
    expected: 'as if it were not there (RFC 6749 §3.3): what was asked for',
    entry: { required_scope: ['read'] },
  },
  {
    ...atConnect('scope-comma-answer', undefined, 'asked with spaces, answered with commas', {
      scope: 'read,write',
    }),
    expected: 'both scopes are read',
  },
  atConnect('refresh-token-null', undefined, '`refresh_token: null`', { refresh_token: null }),
  atConnect('refresh-token-empty', undefined, '`refresh_token: ""`', { refresh_token: '' }),
  atRefresh(
    'refresh-null-on-refresh',
    undefined,
    '`refresh_token: null` in a refresh',
    (honest) => ({
      body: { ...honest, refresh_token: null },
    }),
  ),
  {
    ...atRefresh(
      'scope-array-refresh',
      'https://github.com/better-auth/better-auth/pull/9758',
      '`scope` as a list in a refresh of a single-use token',
      (honest) => ({
        body: { ...honest, scope: ['read', 'write'] },
      }),
    ),
    entry: { rotation: 'single_use' },
    walk: async (place) => {
      await connected(place)
      for (let n = 0; n < 3; n += 1) await refreshedOnce(place)
    },
  },
  atConnect('nested-nulls', undefined, 'nested members that are null', {
    error: null,
    error_description: null,
    team: { enterprise: null },
  }),
  {
    name: 'token-type-ebay',
    source: 'https://github.com/requests/requests-oauthlib/issues/403',
    sent: '`token_type: "User Access Token"`',
    expected: 'refused by default (RFC 6749 §7.1)',
    script: { exchange: (honest) => ({ body: { ...honest, token_type: 'User Access Token' } }) },
    walk: fails('exchange_failed'),
  },
  {
    ...atConnect(
      'token-type-ebay-allowed',
      'https://github.com/requests/requests-oauthlib/issues/403',
      'the same, and the entry says so',
      { token_type: 'User Access Token' },
    ),
    entry: { token_types: ['User Access Token'] },
  },
  {
    name: 'token-type-missing',
    source: 'https://github.com/panva/openid-client/issues/826',
    sent: 'no `token_type`',
    expected: 'refused by default',
    script: { exchange: (honest) => ({ body: { ...honest, token_type: undefined } }) },
    walk: fails('exchange_failed'),
  },
  {
    ...atConnect(
      'token-type-missing-quirk',
      'https://github.com/panva/openid-client/issues/826',
      'no `token_type`, and the entry says so',
      {
        token_type: undefined,
      },
    ),
    entry: { quirk: 'token_type_missing' },
  },
  {
    name: 'big-account-id',
    source: 'https://github.com/fbsamples/threads_api/issues/9',
    sent: '`"id": 17841405793187218`, beyond 2^53',
    expected: 'its digits, exactly',
    script: {
      userinfo: () => ({
        body: '{"id":17841405793187218,"name":"Ann"}',
        headers: { 'content-type': 'application/json' },
      }),
    },
    walk: async (place) => {
      await connected(place)
      expect((await place.grants()).map(({ account_id }) => String(account_id))).toEqual([
        '17841405793187218',
      ])
    },
  },
  googleLike,
  {
    ...googleLike,
    name: 'reconnect-google-like',
    sent: 'the same, where revoking a token ends all access of the account',
    entry: { rotation: 'none', revokes: 'grant' },
  },
  {
    name: 'token-redirect-308',
    sent: '308 in answer to the code',
    expected: 'not followed, and refused',
    script: { exchange: () => ({ status: 308, headers: { location: '/elsewhere' } }) },
    walk: fails('exchange_failed'),
  },
  {
    name: 'tiktok-client-key',
    source: 'https://developers.tiktok.com/doc/oauth-user-access-token-management',
    sent: 'wants the client id as `client_key`',
    expected: 'expressible by constant parameters',
    entry: {
      authorization_params: { client_key: 'k' },
      token_params: { client_key: 'k' },
      refresh_params: { client_key: 'k' },
    },
    walk: async (place) => {
      await connected(place)
      await refreshedOnce(place)
      const keys = place.third.asked('token').map(({ form: sent }) => sent.get('client_key'))
      expect(keys).toEqual(['k', 'k'])
    },
  },
  ...(['client_secret_basic', 'client_secret_basic_raw', 'client_secret_post'] as const).map(
    (method): Report => ({
      name: `secret-${method.replace('client_secret_', '').replace('_', '-')}`,
      sent: `\`+ : % & é\` and a space in a secret, sent as ${method}`,
      expected: 'what the server decodes is the secret, exactly',
      entry: { token_endpoint_auth_method: method },
      walk: async (place) => {
        await connected(place)
        const [asked] = place.third.asked('token')
        expect(secretOf(asked, method)).toBe(oddSecret)
      },
    }),
  ),
  later(
    'json-request-body',
    'https://developers.notion.com/docs/authorization',
    'takes a token request as JSON',
    '`token_request_body`',
  ),
  later(
    'long-lived-facebook',
    'https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived',
    'gives a short token that must be exchanged for a long one',
    '`exchange`',
  ),
  later(
    'hosts-by-user',
    'https://shopify.dev/docs/apps/build/authentication-authorization',
    'has a host for each customer (Shopify, Zoho’s data centres)',
    '`variables`',
  ),
]

function secretOf(
  asked: { headers: { authorization?: string | undefined }; form: URLSearchParams } | undefined,
  method: string,
): string {
  if (method === 'client_secret_post') return asked?.form.get('client_secret') ?? ''
  const credentials = Buffer.from(
    (asked?.headers.authorization ?? '').slice(6),
    'base64',
  ).toString()
  const secret = credentials.slice(credentials.indexOf(':') + 1)
  return method === 'client_secret_basic_raw'
    ? secret
    : (new URLSearchParams(`x=${secret}`).get('x') ?? '')
}
