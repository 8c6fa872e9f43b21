import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Visitor, visitor } from '../browser-client.ts'
import { type Acme, startAcme } from './acme.ts'

const redirectUri = 'http://localhost:3999/api/integrations/acme/callback'
const verifier = 'v'.repeat(43)
let acme: Acme

beforeAll(async () => {
  acme = await startAcme({ port: 0, redirectUris: [redirectUri] })
})
afterAll(() => acme.close())
afterEach(() => {
  acme.switches.behave('normal')
  acme.switches.tokensLive(3600)
})

test('a code flow with PKCE gives tokens, identity and the API', async () => {
  const tokens = await connect('ada')
  expect(tokens).toMatchObject({
    token_type: 'Bearer',
    scope: 'openid profile playlists.read playlists.write',
  })
  const me = await api('/userinfo', tokens.access_token)
  expect(await me.json()).toEqual({
    sub: 'acme_ada',
    name: 'Ada Lovelace',
    email: 'ada@acme.example',
  })
  expect((await api('/api/playlists', tokens.access_token)).status).toBe(200)
  expect((await api('/api/me', tokens.access_token)).status).toBe(200)
  expect((await api('/api/me', 'no such token')).status).toBe(401)
})

test('the authorization response carries iss, and the metadata says so', async () => {
  const callback = await consent(browser(), { account: 'ada' })
  expect(callback.searchParams.get('iss')).toBe(acme.url)
  const metadata = await (await fetch(`${acme.url}/.well-known/openid-configuration`)).json()
  expect(metadata).toMatchObject({
    issuer: acme.url,
    authorization_response_iss_parameter_supported: true,
    pushed_authorization_request_endpoint: `${acme.url}/par`,
    revocation_endpoint: `${acme.url}/revoke`,
  })
})

test('a request without PKCE is refused', async () => {
  const url = authorizationUrl()
  url.searchParams.delete('code_challenge')
  const { location } = await browser().get(url)
  expect(location?.searchParams.get('error')).toBe('invalid_request')
})

test('an unticked optional scope is not granted, and the API then refuses nothing else', async () => {
  const tokens = await connect('ada', { scopes: [] })
  expect(tokens.scope).toBe('openid profile playlists.read')
})

test('Deny leads back with access_denied', async () => {
  const callback = await consent(browser(), { account: 'ada', decision: 'deny' })
  expect(callback.searchParams.get('error')).toBe('access_denied')
})

test('one browser can connect two accounts, one after the other', async () => {
  const one = browser()
  await consent(one, { account: 'ada' })
  const tokens = await exchange(await consent(one, { account: 'grace' }))
  const me = await api('/userinfo', tokens.access_token)
  expect(await me.json()).toMatchObject({ sub: 'acme_grace' })
})

test('refresh tokens rotate, and a used one ends its family', async () => {
  const first = await connect('grace')
  const second = await refresh(first.refresh_token)
  expect(second.refresh_token).not.toBe(first.refresh_token)
  expect(await refresh(first.refresh_token)).toMatchObject({ error: 'invalid_grant' })
  expect(await refresh(second.refresh_token)).toMatchObject({ error: 'invalid_grant' })
})

test('revoking an old refresh token does not end what a later consent gave', async () => {
  const old = await connect('ada')
  const fresh = await connect('ada')
  expect((await call('/revoke', { token: old.refresh_token })).status).toBe(200)
  expect(await refresh(old.refresh_token)).toMatchObject({ error: 'invalid_grant' })
  expect(await refresh(fresh.refresh_token)).toHaveProperty('access_token')
})

test('the page of connected apps shows a grant until it is revoked', async () => {
  const { length } = await acme.connections.of('acme_grace')
  const tokens = await connect('grace')
  expect(await acme.connections.of('acme_grace')).toHaveLength(length + 1)
  expect(await (await fetch(`${acme.url}/connections?account=grace`)).text()).toContain(
    'Grantkeeper',
  )
  await call('/revoke', { token: tokens.refresh_token })
  expect(await acme.connections.of('acme_grace')).toHaveLength(length)
})

test.each([
  { mood: 'failing', token: 503, api: 503, wait: null },
  { mood: 'limiting', token: 429, api: 429, wait: '20' },
  { mood: 'refusing', token: 401, api: 200, wait: null },
] as const)(
  'when it is $mood, token endpoint and API say so, and the grant lives on',
  async (day) => {
    const tokens = await connect('ada')
    acme.switches.behave(day.mood)
    const refused = await call('/token', {
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token,
    })
    expect(refused.status).toBe(day.token)
    expect(refused.headers.get('retry-after')).toBe(day.wait)
    expect(acme.switches.refreshes()[0]?.outcome).toContain(String(day.token))
    expect((await api('/api/playlists', tokens.access_token)).status).toBe(day.api)
    acme.switches.behave('normal')
    expect(await refresh(tokens.refresh_token)).toHaveProperty('access_token')
    expect(acme.switches.refreshes()[0]?.outcome).toBe('fresh tokens')
  },
)

test('when it is slow, it answers honestly after four seconds', async () => {
  const tokens = await connect('ada')
  acme.switches.behave('slow')
  const before = Date.now()
  expect(await refresh(tokens.refresh_token)).toHaveProperty('access_token')
  expect(Date.now() - before).toBeGreaterThan(3900)
})

test('access tokens live as long as is set, and no longer', async () => {
  acme.switches.tokensLive(1)
  const tokens = await connect('ada')
  expect(tokens.expires_in).toBe(1)
  await expect
    .poll(async () => (await api('/api/me', tokens.access_token)).status, { timeout: 5000 })
    .toBe(401)
})

test('the end of all grants ends access tokens and refresh tokens', async () => {
  const tokens = await connect('ada')
  await acme.connections.endAll()
  expect(await acme.connections.of('acme_ada')).toEqual([])
  expect((await api('/api/me', tokens.access_token)).status).toBe(401)
  expect(await refresh(tokens.refresh_token)).toMatchObject({ error: 'invalid_grant' })
  expect(acme.switches.refreshes()[0]?.outcome).toBe('invalid_grant')
})

test('the page of switches does the same, and tells what it does and saw', async () => {
  const tokens = await connect('ada')
  expect(await press({ mood: 'failing' })).toContain('Acme Music is down')
  await refresh(tokens.refresh_token)
  expect(await press({ life: '10' })).toContain('503 temporarily_unavailable')
  expect(await press({ mood: 'normal' })).toContain('Acme Music answers normally.')
  expect(await refresh(tokens.refresh_token)).toMatchObject({ expires_in: 10 })
  expect(await press({ mood: 'no such mood' })).toContain('Acme Music answers normally.')
  await press({ end: 'all' })
  expect(await acme.connections.of('acme_ada')).toEqual([])
  const connections = await (await fetch(`${acme.url}/connections`)).text()
  expect(connections).toContain('href="/switches"')
})

test('a taken port is named', async () => {
  const port = Number(new URL(acme.url).port)
  await expect(startAcme({ port, redirectUris: [] })).rejects.toThrow(`Port ${port} is taken`)
})

function browser(): Visitor {
  return visitor({ name: 'someone', appUrl: acme.url })
}

function authorizationUrl(): URL {
  const url = new URL(`${acme.url}/authorize`)
  url.search = new URLSearchParams({
    client_id: acme.client.id,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid profile playlists.read playlists.write',
    state: 'abc',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString()
  return url
}

async function consent(
  one: Visitor,
  {
    account,
    decision = 'allow',
    scopes = ['playlists.write'],
  }: { account: string; decision?: string; scopes?: string[] },
): Promise<URL> {
  const page = await one.follow(authorizationUrl())
  expect(page.body).toContain('wants to use your Acme Music account')
  const form = new URLSearchParams({ account, decision })
  for (const scope of scopes) form.append('scope', scope)
  const isBack = ({ location }: { location: URL | undefined }) =>
    location?.href.startsWith(redirectUri) === true
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const call = { method: 'POST', headers, body: form.toString() }
  const { location } = await one.follow(page.url, call, isBack)
  if (!location) throw new Error('no redirect to the app')
  return location
}

async function connect(account: string, options: { scopes?: string[] } = {}) {
  return exchange(await consent(browser(), { account, ...options }))
}

async function exchange(callback: URL) {
  const code = callback.searchParams.get('code') ?? ''
  const form = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  }
  return (await call('/token', form)).json()
}

async function refresh(token: string) {
  return (await call('/token', { grant_type: 'refresh_token', refresh_token: token })).json()
}

async function press(button: Record<string, string>): Promise<string> {
  const body = new URLSearchParams(button)
  return (await fetch(`${acme.url}/switches`, { method: 'POST', body })).text()
}

function call(path: string, form: Record<string, string>): Promise<Response> {
  const { id, secret } = acme.client
  const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
  const body = new URLSearchParams(form)
  return fetch(acme.url + path, { method: 'POST', headers: { authorization }, body })
}

function api(path: string, token: string): Promise<Response> {
  return fetch(acme.url + path, { headers: { authorization: `Bearer ${token}` } })
}
