import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { visitor } from '../browser-client.ts'
import { machineToken } from '../machine-token.ts'
import { userCode, userToken, userTokens } from '../user-token.ts'
import { type LoginIssuer, startLogin } from './login.ts'
import { loginEnv } from './start.ts'

const appUrl = 'http://localhost:3999'
let login: LoginIssuer

beforeAll(async () => {
  login = await startLogin({ port: 0, appUrls: [appUrl] })
})
afterAll(() => login.close())

test('a login gives an ID token with name and e-mail, and a JWT for the API', async () => {
  const tokens = await userTokens(login, 'alice')
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
  const tokens = await userTokens(login, 'bob', { org: 'org_1' })
  expect((await verify(tokens.id_token, login.client.id)).payload.org_id).toBe('org_1')
  expect((await verify(tokens.access_token, login.audience)).payload.org_id).toBe('org_1')
})

test('without an audience the access token is opaque', async () => {
  const token = await userToken(login, 'bob', { audience: '' })
  expect(token.split('.')).toHaveLength(1)
})

test('a machine gets a token of its own, in the profile of its client', async () => {
  const { id } = login.machine
  const token = await machineToken(login)
  const { payload, protectedHeader } = await verify(token, login.audience)
  expect(protectedHeader.typ).toBe('JWT')
  expect(payload).toEqual({
    iss: login.issuer,
    aud: login.audience,
    sub: `${id}@clients`,
    azp: id,
    gty: 'client-credentials',
    scope: 'vend:* integrations:read integrations:write',
    iat: expect.any(Number),
    exp: expect.any(Number),
  })
  const other = await machineToken(login, { client: 'reports' })
  expect(decodeProtectedHeader(other).typ).toBe('at+jwt')
  expect(decodeJwt(other)).toMatchObject({ scope: 'integrations:read' })
})

test('a machine gets the scope that it asks for, and nothing beyond what it may have', async () => {
  const narrow = await machineToken(login, { scope: 'vend:acme' })
  expect(decodeJwt(narrow).scope).toBe('vend:acme')
  const notes = await machineToken(login, { client: 'notes' })
  expect(decodeJwt(notes).scope).toBe('vend:plain')
  for (const scope of ['vend:acme', 'vend:*', 'vend:plain integrations:write'])
    await expect(machineToken(login, { client: 'notes', scope })).rejects.toThrow(
      'access_denied: Client has not been granted scopes',
    )
  await expect(machineToken(login, { scope: 'admin' })).rejects.toThrow('access_denied')
})

test('a machine of an organization bears its claim, and may name no foreign one', async () => {
  const org = async (options = {}) =>
    decodeJwt(await machineToken(login, { client: 'orgJobs', ...options })).org_id
  expect([await org(), await org({ org: 'org_2' })]).toEqual(['org_1', 'org_2'])
  await expect(org({ org: 'org_3' })).rejects.toThrow('access_denied')
  expect(decodeJwt(await machineToken(login)).org_id).toBeUndefined()
})

test('tokens for another API of the tenant have its audience, and unknown ones are refused', async () => {
  const audience = login.otherAudience
  expect(decodeJwt(await machineToken(login, { audience })).aud).toBe(audience)
  expect(decodeJwt(await userToken(login, 'bob', { audience })).aud).toBe(audience)
  await expect(machineToken(login, { audience: 'https://nobody.example' })).rejects.toThrow(
    'invalid_target',
  )
})

test('a user gets the scopes of the API that the app asks for', async () => {
  const token = await userToken(login, 'alice', { scope: 'vend:* integrations:read' })
  expect(decodeJwt(token)).toMatchObject({
    sub: 'auth0|alice',
    azp: login.client.id,
    scope: 'vend:* integrations:read',
  })
  expect(decodeJwt(token).gty).toBeUndefined()
})

test('what the issuer would never say can be signed all the same', async () => {
  const token = await login.sign(
    { iss: login.issuer, aud: login.audience, exp: 1 },
    { typ: 'at+jwt' },
  )
  await expect(verify(token, login.audience)).rejects.toThrow('"exp" claim timestamp check failed')
})

test('the app lists every machine but one', () => {
  expect(loginEnv(login).M2M_CLIENTS?.split(',')).toEqual([
    'grantkeeper-jobs',
    'grantkeeper-reports',
    'grantkeeper-notes',
    'grantkeeper-org-jobs',
  ])
})

test.each(['/oidc/logout?post_logout_redirect_uri=', '/v2/logout?returnTo='])(
  'logout at %s ends the session and leads back to the app only',
  async (path) => {
    const one = visitor({ name: 'alice', appUrl: login.url })
    await userCode(login, one, { user: 'alice', scope: 'openid' })
    expect(one.jar.get('ngt_session')).toBeDefined()
    const { location } = await one.get(
      `${path}${encodeURIComponent(appUrl)}&client_id=${login.client.id}`,
    )
    expect(location?.href).toBe(`${appUrl}/`)
    expect(one.jar.get('ngt_session')).toBeUndefined()
    expect((await one.get(`${path}https://evil.test`)).status).toBe(400)
  },
)

function verify(jwt: string, audience: string) {
  const keys = createRemoteJWKSet(new URL(`${login.url}/.well-known/jwks.json`))
  return jwtVerify(jwt, keys, { issuer: login.issuer, audience })
}
