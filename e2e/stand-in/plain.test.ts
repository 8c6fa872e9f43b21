import { afterAll, beforeAll, expect, test } from 'vitest'
import { send } from '../browser-client.ts'
import { type Plain, startPlain } from './plain.ts'

const redirectUri = 'http://localhost:3999/api/integrations/plain/callback'
let plain: Plain

beforeAll(async () => {
  plain = await startPlain({ port: 0, redirectUris: [redirectUri] })
})
afterAll(() => plain.close())

test('success is a form that names the account; refresh tokens stay the same', async () => {
  const callback = await decide('u_1002')
  expect([...callback.searchParams.keys()].toSorted()).toEqual(['code', 'state'])
  const code = callback.searchParams.get('code') ?? ''
  const tokens = await token({ grant_type: 'authorization_code', code, redirect_uri: redirectUri })
  expect(tokens.get('user_name')).toBe('Kim Stone')
  const refresh_token = tokens.get('refresh_token') ?? ''
  const again = await token({ grant_type: 'refresh_token', refresh_token })
  expect(again.get('refresh_token')).toBe(refresh_token)
  const headers = { authorization: `Bearer ${again.get('access_token')}` }
  expect((await fetch(`${plain.url}/api/notes`, { headers })).status).toBe(200)
})

test('only the person can take access away, at the provider', async () => {
  const code = (await decide('u_1001')).searchParams.get('code') ?? ''
  const tokens = await token({ grant_type: 'authorization_code', code, redirect_uri: redirectUri })
  const page = await fetch(`${plain.url}/connections`)
  expect(await page.text()).toContain('Sam Field: Grantkeeper can read')
  const body = new URLSearchParams({ user: 'u_1001' })
  await fetch(`${plain.url}/connections`, { method: 'POST', body })
  const refresh_token = tokens.get('refresh_token') ?? ''
  const again = await token({ grant_type: 'refresh_token', refresh_token })
  expect(again.get('error')).toBe('bad_verification_code')
})

test('an error has status 200', async () => {
  const answer = await token({
    grant_type: 'authorization_code',
    code: 'x',
    redirect_uri: redirectUri,
  })
  expect(answer.get('error')).toBe('bad_verification_code')
})

test('Cancel leads back with access_denied', async () => {
  expect((await decide('')).searchParams.get('error')).toBe('access_denied')
})

test('there is no metadata', async () => {
  expect((await fetch(`${plain.url}/.well-known/openid-configuration`)).status).toBe(404)
})

async function decide(user: string): Promise<URL> {
  const query = {
    client_id: plain.client.id,
    redirect_uri: redirectUri,
    response_type: 'code',
    state: 'abc',
  }
  const url = new URL(`${plain.url}/oauth/authorize?${new URLSearchParams(query)}`)
  expect((await send(url, {})).body).toContain('Authorize as Kim Stone')
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const { location } = await send(url, { method: 'POST', headers, body: `user=${user}` })
  if (!location) throw new Error('no redirect to the app')
  return location
}

async function token(form: Record<string, string>): Promise<URLSearchParams> {
  const { id, secret } = plain.client
  const body = new URLSearchParams({ ...form, client_id: id, client_secret: secret })
  const answer = await fetch(`${plain.url}/oauth/token`, { method: 'POST', body })
  expect(answer.status).toBe(200)
  return new URLSearchParams(await answer.text())
}
