import { describe, expect, test } from 'vitest'
import { catalogue } from './catalogue.ts'
import { quirks, type WirePlace, type WireRequest, type WireResponse } from './quirks.ts'

const client = { id: 'our-client', secret: 'our-secret' }
type Endpoint = WirePlace['endpoint']

function ask(id: string, endpoint: Endpoint, request: Partial<WireRequest>): WireRequest {
  const asked = {
    url: 'https://p.example/x',
    method: 'POST',
    headers: new Headers(),
    body: undefined,
  }
  const full = { ...asked, ...request }
  return quirks[id]?.request?.(full, { endpoint, client }) ?? full
}

function answer(id: string, endpoint: Endpoint, json: unknown, status = 200): WireResponse {
  const response = {
    status,
    headers: new Headers({ 'content-type': 'application/json', 'content-length': '1' }),
    body: typeof json === 'string' ? json : JSON.stringify(json),
  }
  return quirks[id]?.response?.(response, { endpoint, client }) ?? response
}

const read = (response: WireResponse) => ({ status: response.status, ...JSON.parse(response.body) })

const userinfoRequest = {
  method: 'GET',
  headers: new Headers({ authorization: 'Bearer at-1', accept: 'application/json' }),
}
const revocationRequest = {
  headers: new Headers({ 'content-type': 'application/x-www-form-urlencoded' }),
  body: 'token=at-1&token_type_hint=access_token&client_id=our-client&client_secret=our-secret',
}

test('every quirk that the catalogue names exists', () => {
  const named = catalogue.flatMap((entry) => ('quirk' in entry ? [entry.quirk] : []))
  expect(Object.keys(quirks)).toEqual(expect.arrayContaining(named))
})

test.each(Object.keys(quirks))('%s leaves what it cannot read, and its arguments, alone', (id) => {
  for (const endpoint of ['token', 'userinfo', 'revocation', 'metadata'] as const) {
    expect(answer(id, endpoint, '<html>', 502)).toMatchObject({ status: 502, body: '<html>' })
    const headers = new Headers({ authorization: 'Bearer at-1' })
    ask(id, endpoint, { headers, body: 'token=at-1' })
    expect([...headers]).toEqual([['authorization', 'Bearer at-1']])
  }
})

describe('slack', () => {
  test('ok: false is an error, whatever the status', () => {
    const error = (name: string, endpoint: Endpoint = 'token') =>
      read(answer('slack', endpoint, { ok: false, error: name }))
    expect(error('invalid_code')).toEqual({ status: 400, error: 'invalid_grant' })
    expect(error('invalid_refresh_token')).toEqual({ status: 400, error: 'invalid_grant' })
    expect(error('bad_client_secret')).toEqual({ status: 400, error: 'invalid_client' })
    expect(error('ratelimited')).toMatchObject({ status: 429 })
    expect(error('internal_error')).toMatchObject({ status: 503 })
    expect(error('something_new')).toEqual({ status: 400, error: 'something_new' })
    expect(error('invalid_auth', 'userinfo')).toMatchObject({ status: 401 })
  })

  test("the user's token comes to the top level, without anything of the bot's", () => {
    const response = answer('slack', 'token', {
      ok: true,
      access_token: 'xoxb-bot',
      refresh_token: 'xoxe-bot',
      expires_in: 1,
      scope: 'chat:write',
      token_type: 'bot',
      team: { id: 'T1', name: 'Acme' },
      authed_user: {
        id: 'U1',
        scope: 'channels:read,users:read',
        access_token: 'xoxp-1',
        token_type: 'user',
      },
    })
    expect(read(response)).toEqual({
      status: 200,
      ok: true,
      id: 'U1',
      access_token: 'xoxp-1',
      scope: 'channels:read users:read',
      token_type: 'bearer',
      team: { id: 'T1', name: 'Acme' },
    })
    expect(response.headers.has('content-length')).toBe(false)
  })

  test('a token at the top level stays there', () => {
    const body = {
      ok: true,
      access_token: 'xoxp-1',
      token_type: 'user',
      scope: 'a,b',
      authed_user: { id: 'U1' },
    }
    expect(read(answer('slack', 'token', body))).toMatchObject({
      access_token: 'xoxp-1',
      token_type: 'bearer',
      scope: 'a b',
    })
  })

  test('a user is named within the workspace', () => {
    const body = { ok: true, team: 'Acme', user: 'ann', team_id: 'T1', user_id: 'U1' }
    expect(read(answer('slack', 'userinfo', body))).toMatchObject({
      sub: 'T1.U1',
      name: 'ann (Acme)',
    })
  })

  test('revocation is authorized by the token that is to end', () => {
    const request = ask('slack', 'revocation', revocationRequest)
    expect(request).toMatchObject({ method: 'POST', body: undefined })
    expect([...request.headers]).toEqual([['authorization', 'Bearer at-1']])
    const dead = answer('slack', 'revocation', { ok: false, error: 'token_revoked' })
    expect(dead.status).toBe(200)
    expect(answer('slack', 'revocation', { ok: false, error: 'invalid_auth' }).status).toBe(400)
  })
})

describe('github', () => {
  test.each([
    ['bad_verification_code', 'invalid_grant'],
    ['bad_refresh_token', 'invalid_grant'],
    ['incorrect_client_credentials', 'invalid_client'],
  ])('%s is %s', (theirs, ours) => {
    const response = answer('github', 'token', {
      error: theirs,
      error_description: 'x',
      error_uri: 'y',
    })
    expect(read(response)).toEqual({ status: 400, error: ours })
  })

  test('granted scopes are separated by spaces', () => {
    const body = { access_token: 'gho_1', scope: 'repo,gist', token_type: 'bearer' }
    expect(read(answer('github', 'token', body))).toMatchObject({ scope: 'repo gist' })
  })

  test('userinfo has the headers that the API wants', () => {
    const { headers, method } = ask('github', 'userinfo', userinfoRequest)
    expect(method).toBe('GET')
    expect(headers.get('authorization')).toBe('Bearer at-1')
    expect(headers.get('accept')).toBe('application/vnd.github+json')
    expect(headers.get('user-agent')).toBe('Grantkeeper')
  })

  test.each(['{client_id}', '%7Bclient_id%7D'])('revocation deletes the grant (%s)', (place) => {
    const url = `https://api.github.com/applications/${place}/grant`
    const request = ask('github', 'revocation', { ...revocationRequest, url })
    expect(request.method).toBe('DELETE')
    expect(request.url).toBe('https://api.github.com/applications/our-client/grant')
    expect(JSON.parse(request.body ?? '')).toEqual({ access_token: 'at-1' })
    expect(request.headers.get('authorization')).toBe(`Basic ${btoa('our-client:our-secret')}`)
    expect(answer('github', 'revocation', '', 204).status).toBe(200)
    expect(answer('github', 'revocation', { message: 'Validation Failed' }, 422).status).toBe(422)
  })
})

test('dropbox: userinfo and revocation are POSTs without a body, authorized by the token', () => {
  for (const [endpoint, request] of [
    ['userinfo', userinfoRequest],
    ['revocation', revocationRequest],
  ] as const) {
    const { method, headers, body } = ask('dropbox', endpoint, request)
    expect({ method, body }).toEqual({ method: 'POST', body: undefined })
    expect(headers.get('authorization')).toBe('Bearer at-1')
    expect(headers.has('content-type')).toBe(false)
  }
})

describe('notion', () => {
  test('requests are JSON and name a version', () => {
    const body =
      'grant_type=authorization_code&code=c&redirect_uri=https%3A%2F%2Fa.example%2Fcb&client_id=our-client'
    const request = ask('notion', 'token', { body })
    expect(request.headers.get('content-type')).toBe('application/json')
    expect(request.headers.get('notion-version')).toBe('2026-03-11')
    expect(JSON.parse(request.body ?? '')).toEqual({
      grant_type: 'authorization_code',
      code: 'c',
      redirect_uri: 'https://a.example/cb',
    })
    expect(ask('notion', 'revocation', revocationRequest).body).toBe('{"token":"at-1"}')
  })

  test('nulls are left out', () => {
    const body = { access_token: 'a', token_type: 'bearer', refresh_token: null, bot_id: 'b' }
    expect(read(answer('notion', 'token', body))).toEqual({
      status: 200,
      access_token: 'a',
      token_type: 'bearer',
      bot_id: 'b',
    })
  })

  test('an error is named by its code', () => {
    const body = { object: 'error', status: 400, code: 'invalid_grant', message: 'x' }
    expect(read(answer('notion', 'token', body, 400))).toEqual({
      status: 400,
      error: 'invalid_grant',
    })
  })
})

describe('hubspot', () => {
  test('userinfo is introspection, with the token in the body', () => {
    const url = 'https://api.hubapi.com/oauth/2026-03/token/introspect'
    const request = ask('hubspot', 'userinfo', { ...userinfoRequest, url })
    expect(request).toMatchObject({ method: 'POST', url })
    expect(request.headers.has('authorization')).toBe(false)
    expect(Object.fromEntries(new URLSearchParams(request.body))).toEqual({
      token: 'at-1',
      token_type_hint: 'access_token',
      client_id: 'our-client',
      client_secret: 'our-secret',
    })
  })

  test('an inactive token is refused, an active one names the account', () => {
    expect(answer('hubspot', 'userinfo', { active: false }).status).toBe(401)
    const body = { active: true, hub_id: 7, hub_domain: 'acme.example' }
    expect(read(answer('hubspot', 'userinfo', body))).toMatchObject({ status: 200, hub_id: 7 })
  })

  test('scopes become scope, and 204 success', () => {
    const body = {
      access_token: 'a',
      token_type: 'bearer',
      scopes: ['oauth', 'crm.objects.contacts.read'],
    }
    expect(read(answer('hubspot', 'token', body)).scope).toBe('oauth crm.objects.contacts.read')
    expect(answer('hubspot', 'revocation', '', 204).status).toBe(200)
  })
})

test('microsoft: scopes have their short names', () => {
  const scope = 'https://graph.microsoft.com/User.Read Calendars.Read'
  const body = { access_token: 'a', token_type: 'Bearer', scope }
  expect(read(answer('microsoft', 'token', body)).scope).toBe('User.Read Calendars.Read')
})

test.each(['google', 'salesforce'])('%s: a token that is dead already counts as revoked', (id) => {
  expect(answer(id, 'revocation', { error: 'invalid_token' }, 400).status).toBe(200)
  expect(answer(id, 'revocation', { error: 'unsupported_token_type' }, 400).status).toBe(400)
  expect(answer(id, 'token', { error: 'invalid_token' }, 400).status).toBe(400)
})

test('token_type_missing fills in Bearer, and only where a token came without a type', () => {
  const type = (body: object) => read(answer('token_type_missing', 'token', body)).token_type
  expect(type({ access_token: 'a' })).toBe('Bearer')
  expect(type({ access_token: 'a', token_type: null })).toBe('Bearer')
  expect(type({ access_token: 'a', token_type: 'DPoP' })).toBe('DPoP')
  expect(type({ error: 'invalid_grant' })).toBeUndefined()
})
