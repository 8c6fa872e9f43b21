import { createHash, randomBytes } from 'node:crypto'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { visitor } from '../browser-client.ts'
import { type LoginIssuer, startLogin } from './login.ts'

const spaUrl = 'http://127.0.0.1:3998'
const verifier = randomBytes(32).toString('base64url')
let login: LoginIssuer

beforeAll(async () => {
  login = await startLogin({ port: 0, appUrls: ['http://localhost:3999'], spaUrls: [spaUrl] })
})
afterAll(() => login.close())

test('a SPA logs in without a secret, and gets tokens for the API and for later', async () => {
  const response = await redeem({ code: await codeFor('alice') }, spaUrl)
  expect(response.headers.get('access-control-allow-origin')).toBe(spaUrl)
  const tokens = await response.json()
  expect(decodeJwt(tokens.id_token)).toMatchObject({ iss: login.issuer, aud: login.spaClientId })
  expect(decodeJwt(tokens.access_token)).toMatchObject({
    sub: 'auth0|alice',
    aud: login.audience,
    azp: login.spaClientId,
    scope: 'integrations:read integrations:write',
  })
  const later = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }
  expect((await redeem(later, spaUrl)).status).toBe(200)
})

test('no code is redeemed without the verifier, nor for a page of another origin', async () => {
  const wrong = await redeem(
    { code: await codeFor('alice'), code_verifier: 'x'.repeat(43) },
    spaUrl,
  )
  expect(wrong.status).toBe(400)
  const foreign = await redeem({ code: await codeFor('alice') }, 'http://127.0.0.1:3997')
  expect(foreign.headers.get('access-control-allow-origin')).toBeNull()
})

test('a logout leads back to the SPA', async () => {
  const { location } = await visitor({ name: 'alice', appUrl: login.url }).get(
    `/v2/logout?client_id=${login.spaClientId}&returnTo=${encodeURIComponent(spaUrl)}`,
  )
  expect(location?.href).toBe(`${spaUrl}/`)
})

async function codeFor(user: string): Promise<string> {
  const query = new URLSearchParams({
    client_id: login.spaClientId,
    redirect_uri: spaUrl,
    response_type: 'code',
    scope: 'openid profile offline_access integrations:read integrations:write',
    audience: login.audience,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const one = visitor({ name: user, appUrl: login.url })
  const page = await one.follow(`${login.url}/authorize?${query}`)
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const call = { method: 'POST', headers, body: `user=${user}` }
  const isBack = ({ location }: { location: URL | undefined }) => location?.origin === spaUrl
  const { location } = await one.follow(page.url, call, isBack)
  return location?.searchParams.get('code') ?? ''
}

function redeem(parameters: Record<string, string>, origin: string): Promise<Response> {
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: login.spaClientId,
    redirect_uri: spaUrl,
    code_verifier: verifier,
    ...parameters,
  })
  return fetch(`${login.url}/oauth/token`, { method: 'POST', body, headers: { origin } })
}
