import { createHash } from 'node:crypto'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { visitor } from '../browser-client.ts'
import { type LoginIssuer, startLogin } from './login.ts'

const appUrl = 'http://localhost:3999'
const verifier = 'v'.repeat(43)
let login: LoginIssuer

beforeAll(async () => {
  login = await startLogin({ port: 0, appUrls: [appUrl] })
})
afterAll(() => login.close())

test('a login gives an ID token with name and e-mail, and a JWT for the API', async () => {
  const tokens = await logIn('alice', { audience: login.audience })
  const { payload } = await verify(tokens.id_token, login.client.id)
  expect(payload).toMatchObject({
    sub: 'auth0|alice',
    name: 'Alice',
    email: 'alice@example.com',
    email_verified: true,
    nonce: 'n1',
  })
  expect(payload.org_id).toBeUndefined()
  const access = await verify(tokens.access_token, login.audience)
  expect(access.protectedHeader).toMatchObject({ alg: 'RS256', typ: 'at+jwt' })
  expect(access.payload).toMatchObject({ sub: 'auth0|alice', azp: login.client.id })
  expect(tokens.refresh_token).toBeTypeOf('string')
})

test('an organization is a claim of both tokens', async () => {
  const tokens = await logIn('bob', { audience: login.audience, organization: 'org_1' })
  expect((await verify(tokens.id_token, login.client.id)).payload.org_id).toBe('org_1')
  expect((await verify(tokens.access_token, login.audience)).payload.org_id).toBe('org_1')
})

test('without an audience the access token is opaque', async () => {
  const tokens = await logIn('bob', {})
  expect(tokens.access_token.split('.')).toHaveLength(1)
})

test('a machine gets a token of its own', async () => {
  const { id, secret } = login.machine
  const form = { grant_type: 'client_credentials', client_id: id, client_secret: secret }
  const tokens = await token({ ...form, audience: login.audience })
  const { payload } = await verify(tokens.access_token, login.audience)
  expect(payload).toMatchObject({ sub: `${id}@clients`, azp: id, gty: 'client-credentials' })
})

test.each(['/oidc/logout?post_logout_redirect_uri=', '/v2/logout?returnTo='])(
  'logout at %s ends the session and leads back to the app only',
  async (path) => {
    const one = visitor({ name: 'alice', appUrl: login.url })
    await authorize(one, 'alice', {})
    expect(one.jar.get('ngt_session')).toBeDefined()
    const { location } = await one.get(
      `${path}${encodeURIComponent(appUrl)}&client_id=${login.client.id}`,
    )
    expect(location?.href).toBe(`${appUrl}/`)
    expect(one.jar.get('ngt_session')).toBeUndefined()
    expect((await one.get(`${path}https://evil.test`)).status).toBe(400)
  },
)

async function logIn(user: string, extra: Record<string, string>) {
  const one = visitor({ name: user, appUrl: login.url })
  const code = await authorize(one, user, extra)
  const { id, secret } = login.client
  return token({
    grant_type: 'authorization_code',
    client_id: id,
    client_secret: secret,
    code,
    redirect_uri: `${appUrl}/auth/callback`,
    code_verifier: verifier,
  })
}

async function authorize(
  one: ReturnType<typeof visitor>,
  user: string,
  extra: Record<string, string>,
): Promise<string> {
  const query = new URLSearchParams({
    client_id: login.client.id,
    redirect_uri: `${appUrl}/auth/callback`,
    response_type: 'code',
    scope: 'openid profile email offline_access',
    nonce: 'n1',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...extra,
  })
  const page = await one.follow(`/authorize?${query}`)
  expect(page.body).toContain('<h1>Log in</h1>')
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const back = await one.follow(
    page.url,
    { method: 'POST', headers, body: `user=${user}` },
    ({ location }) => location?.origin === appUrl,
  )
  return back.location?.searchParams.get('code') ?? ''
}

async function token(form: Record<string, string>) {
  const body = new URLSearchParams(form)
  return (await fetch(`${login.url}/oauth/token`, { method: 'POST', body })).json()
}

function verify(jwt: string, audience: string) {
  const keys = createRemoteJWKSet(new URL(`${login.url}/.well-known/jwks.json`))
  return jwtVerify(jwt, keys, { issuer: login.url, audience })
}
