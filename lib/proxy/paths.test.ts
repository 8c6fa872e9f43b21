import { describe, expect, test } from 'vitest'
import { isExcepted, isReading } from './paths.ts'

describe('what reading is', () => {
  test('GET and HEAD read where the entry does not say, or says so', () => {
    for (const reads of [undefined, { by: 'method' as const, source: 'https://acme.test/docs' }]) {
      for (const method of ['GET', 'HEAD'])
        expect(isReading({ reads }, { method, path: 'x' })).toBe(true)
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
        expect(isReading({ reads }, { method, path: 'x' })).toBe(false)
    }
  })

  const reads = ['GET /conversations.list', 'GET /items/*', 'POST /databases/*/query']
  test.each([
    ['GET', 'conversations.list'],
    ['HEAD', 'conversations.list'],
    ['GET', 'items/1'],
    ['GET', 'items/1/parts/2'],
    ['GET', 'items/a%20b'],
    ['POST', 'databases/7/query'],
  ])('a list names it: %s %s', (method, path) =>
    expect(isReading({ reads }, { method, path })).toBe(true),
  )

  test.each([
    ['POST', 'conversations.list'],
    ['GET', 'conversations.lists'],
    ['GET', 'conversationsXlist'],
    ['GET', 'conversations.list/x'],
    ['GET', 'Conversations.List'],
    ['GET', 'chat.postMessage'],
    ['GET', 'items'],
    ['GET', 'x/items/1'],
    ['POST', 'databases/7/pages/query'],
    ['POST', 'databases//query'],
    ['GET', '%zz'],
    ['GET', ''],
  ])('AU-11 what it does not name writes: %s %s', (method, path) =>
    expect(isReading({ reads }, { method, path })).toBe(false),
  )

  test('AU-11 an empty list: nothing reads', () =>
    expect(isReading({ reads: [] }, { method: 'GET', path: 'x' })).toBe(false))
})

describe('AU-11 an entry’s own endpoints are never called, whatever the spelling', () => {
  const entry = {
    client: { id: 'Our-Client', secret: 'x' },
    api: ['https://api.acme.test/2/', 'https://content.acme.test/2'],
    token_endpoint: 'https://api.acme.test/2/oauth/token',
    revocation_endpoint: 'https://API.acme.test:443/2/auth/token/revoke?kind=1',
    refresh_endpoint: 'https://api.acme.test/2/apps/{client_id}/refresh',
    userinfo_endpoint: 'https://api.acme.test/2/me',
    api_except: ['/admin/*', '/users/*/keys', '/oauth.*'],
  }

  test.each([
    'oauth/token',
    'oauth/token/',
    'OAuth/Token',
    'oauth/%74oken',
    'oauth/token.',
    'oauth./token.../',
    'oauth/token%20',
    'oauth/ｔoken',
    'oauth/token/more',
    'auth/token/revoke',
    'auth/token/REVOKE/',
    'apps/our-client/refresh',
    'apps/Our-Client/refresh',
    'admin/x',
    'admin/x/y',
    'Admin/x',
    'users/7/keys',
    'users/7/keys/1',
    'oauth.v2.access',
    'OAUTH.access.',
  ])('%s', (path) => expect(isExcepted(entry, path)).toBe(true))

  test.each([
    'me',
    'oauth',
    'oauth/tokens',
    'auth/token',
    'users/7',
    'users/7/8/keys',
    'x/admin/y',
  ])('others are: %s', (path) => expect(isExcepted(entry, path)).toBe(false))

  test('an endpoint elsewhere, or none, excepts nothing', () => {
    const elsewhere = { ...entry, token_endpoint: 'https://login.acme.test/2/x', api_except: [] }
    expect(isExcepted(elsewhere, 'x')).toBe(false)
    expect(isExcepted({ client: entry.client, api: entry.api }, 'oauth/token')).toBe(false)
  })
})
