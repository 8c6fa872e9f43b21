import { expect } from 'playwright/test'
import { connected } from './place.ts'
import type { Listed, Report } from './report.ts'

/** Whose account it is, and what APIs send and want. */
export const identitiesAndApis: (Report | Listed)[] = [
  {
    name: 'two-accounts',
    sent: 'two accounts of one user',
    expected: 'a job that names none is told `account_required`',
    walk: async (place) => {
      await connected(place)
      await place.connect('alice', { code: 'zoe' })
      expect(await place.vend()).toMatchObject({ status: 409, code: 'account_required' })
    },
  },
  later(
    'id-token-without-nonce-linkedin',
    'https://learn.microsoft.com/linkedin/consumer/integrations/self-serve/sign-in-with-linkedin-v2',
    'an ID token without the nonce',
    '`id_token_nonce`',
  ),
  later(
    'id-token-hs256-line',
    'https://developers.line.biz/en/docs/line-login/verify-id-token/',
    'an ID token signed by HS256',
    '`userinfo_signed` and its like',
  ),
  later(
    'userinfo-jwt',
    'https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse',
    'userinfo as a signed JWT',
    '`userinfo_signed`',
  ),
  later(
    'userinfo-array-xero',
    'https://developer.xero.com/documentation/guides/oauth2/auth-flow',
    'identity in a list',
    '`userinfo_request`',
  ),
  later(
    'userinfo-graphql',
    'https://linear.app/developers/oauth-2-0-authentication',
    'identity by a POST of GraphQL',
    '`userinfo_request`',
  ),
  {
    name: 'google-alias',
    source: 'https://developers.google.com/identity/protocols/oauth2/scopes',
    sent: 'short scope names come back long',
    expected: 'expressible by writing the long names, as the catalogue does',
    entry: { scope: ['https://www.googleapis.com/auth/userinfo.email'] },
    script: {
      exchange: (honest) => ({
        body: { ...honest, scope: 'https://www.googleapis.com/auth/userinfo.email' },
      }),
    },
    walk: async (place) => {
      await connected(place)
      expect((await place.vend()).missing_scope).toBeUndefined()
    },
  },
  {
    name: 'header-version',
    source: 'https://developers.notion.com/reference/versioning',
    sent: 'an API that insists on a header of its own',
    expected: 'the entry names it, and the proxy sends it',
    entry: { api_headers: { 'notion-version': '2026-03-11' } },
    walk: async (place) => {
      await connected(place)
      expect((await place.proxy('pages')).status).toBe(200)
      expect(place.third.asked('api')[0]?.headers['notion-version']).toBe('2026-03-11')
    },
  },
  {
    name: 'header-client-id',
    source: 'https://dev.twitch.tv/docs/api/get-started/',
    sent: 'an API that wants the client id in a header',
    expected: 'the entry says so with `{client_id}`',
    entry: { api_headers: { 'client-id': '{client_id}' } },
    walk: async (place) => {
      await connected(place)
      expect((await place.proxy('users')).status).toBe(200)
      expect(place.third.asked('api')[0]?.headers['client-id']).toBe(`client-of-${place.name}`)
    },
  },
  {
    name: 'header-tenant',
    source: 'https://developer.xero.com/documentation/guides/oauth2/auth-flow',
    sent: 'an API that wants the tenant’s id in a header that the caller knows',
    expected: 'the entry lets it through; without that it is refused by name',
    entry: { api_forward: ['xero-tenant-id'] },
    walk: async (place) => {
      await connected(place)
      expect((await place.proxy('x', { 'xero-tenant-id': 't1' })).status).toBe(200)
      expect(place.third.asked('api')[0]?.headers['xero-tenant-id']).toBe('t1')
      const refused = await place.proxy('x', { 'x-of-nobody': '1' })
      expect(refused.status).toBe(400)
      expect(refused.body).toContain('x-of-nobody')
    },
  },
  {
    name: 'query-token-latest',
    source: 'https://learn.microsoft.com/graph/api/driveitem-delta',
    sent: '`delta?token=latest`',
    expected: 'passed on, or refused aloud',
    walk: async (place) => {
      await connected(place)
      const { status } = await place.proxy('delta?token=latest')
      const [asked] = place.third.asked('api')
      if (status === 200) return expect(asked?.path).toContain('token=latest')
      expect(status).toBe(400)
      expect(asked).toBeUndefined()
    },
  },
  {
    name: 'query-plain',
    sent: '`$filter` and spaces in a query',
    expected: 'the same to a server that decodes it',
    walk: async (place) => {
      await connected(place)
      await place.proxy("items?$filter=name eq 'a'&b=1%2B1")
      const query = new URLSearchParams(place.third.asked('api')[0]?.path.split('?')[1])
      expect([query.get('$filter'), query.get('b')]).toEqual(["name eq 'a'", '1+1'])
    },
  },
  {
    name: 'coding-utf8',
    sent: '`Content-Encoding: UTF-8` on plain bytes of an API',
    expected: 'passed on as plain bytes, as fetch and curl do',
    script: {
      api: () => ({
        headers: { 'content-encoding': 'UTF-8', 'content-type': 'text/plain' },
        body: 'hello',
      }),
    },
    walk: async (place) => {
      await connected(place)
      expect(await place.proxy('x')).toMatchObject({ status: 200, body: 'hello' })
    },
  },
  {
    name: 'coding-none',
    sent: '`Content-Encoding: none`',
    expected: 'passed on as plain bytes',
    script: {
      api: () => ({
        headers: { 'content-encoding': 'none', 'content-type': 'text/plain' },
        body: 'hello',
      }),
    },
    walk: async (place) => {
      await connected(place)
      expect(await place.proxy('x')).toMatchObject({ status: 200, body: 'hello' })
    },
  },
  {
    name: 'expired-as-401',
    sent: 'the API refuses an old token with 401',
    expected: 'renewed once, and called again',
    script: {
      api: ({ headers }) =>
        headers.authorization?.endsWith('_1') ? { status: 401 } : { body: { ok: true } },
    },
    walk: async (place) => {
      await connected(place)
      expect((await place.proxy('x')).status).toBe(200)
    },
  },
  {
    name: 'expired-as-403',
    sent: 'the API refuses an old token with 403',
    expected: 'expressible in the entry',
    later: 'a 403 mostly means that the scope does not suffice; no field says otherwise yet',
  },
  {
    name: 'location-resumable',
    source: 'https://developers.google.com/workspace/drive/api/guides/manage-uploads#resumable',
    sent: 'the address of an upload in the `Location` of a 200',
    expected: 'readable',
    later: 'a Location would lead around the proxy: docs/calling-apis.md says so',
  },
  {
    name: 'spa-tracing-headers',
    source: 'https://www.w3.org/TR/trace-context/',
    sent: 'a preflight that asks for `traceparent` and `baggage`',
    expected: 'allowed, and not passed on',
    walk: async (place) => {
      const { env } = place.world
      const origin = new URL((env.SPA_COMPLETION_URLS ?? '').split(',')[0] ?? '').origin
      const headers = {
        origin,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'authorization,baggage,traceparent',
      }
      const path = `/api/integrations/${place.name}/proxy/x`
      const answer = await place.users.bob.get(path, {
        method: 'OPTIONS',
        headers,
        cookie: undefined,
      })
      const allowed = String(answer.headers['access-control-allow-headers']).toLowerCase()
      for (const name of ['baggage', 'traceparent']) expect(allowed).toContain(name)
    },
  },
  {
    name: 'sqlite-locked',
    sent: 'another writer holds SQLite for six seconds while a single-use token is due',
    expected: 'no loss',
    elsewhere: 'RF-17',
  },
  {
    name: 'path-encoded-slash',
    source: 'https://docs.gitlab.com/api/rest/#namespaced-paths',
    sent: '`group%2Fproject` in a path',
    expected: 'a documented refusal, not another path',
    walk: async (place) => {
      await connected(place)
      expect((await place.proxy('projects/group%2Fproject')).status).toBe(400)
      expect(place.third.asked('api')).toEqual([])
    },
  },
]

function later(name: string, source: string, sent: string, field: string): Listed {
  return { name, source, sent, expected: 'expressible in the entry', later: `comes with ${field}` }
}
