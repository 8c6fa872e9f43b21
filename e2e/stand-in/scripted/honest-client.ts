import { createHash } from 'node:crypto'
import { send } from '../../browser-client.ts'
import type { Scripted } from '../scripted.ts'

/** What the tests of the scripted provider ask of it, as an honest client would. */
export const client = { id: 'app', secret: 'a:b/+ %&é' }
export const redirectUri = 'http://localhost:3999/api/integrations/acme/callback'
const verifier = 'v'.repeat(43)

export function request(extra: Record<string, string>): Record<string, string> {
  return {
    client_id: client.id,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'profile',
    state: 's',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...extra,
  }
}

export async function approve(at: Scripted, extra: Record<string, string> = {}): Promise<URL> {
  const url = new URL(`${at.url}/authorize?${new URLSearchParams(request(extra))}`)
  const { location } = await send(url, {})
  if (!location) throw new Error('no redirect to the app')
  return location
}

export async function connect(
  at: Scripted,
  extra: Record<string, string> = {},
  method: 'basic' | 'post' = 'basic',
) {
  const code = (await approve(at, extra)).searchParams.get('code') ?? ''
  return exchange(at, code, {}, method)
}

export async function exchange(
  at: Scripted,
  code: string,
  change: Record<string, string> = {},
  method: 'basic' | 'post' = 'basic',
) {
  const form = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  }
  return (await post(at, '/token', { ...form, ...change }, {}, method)).json()
}

export async function refresh(at: Scripted, refresh_token: string) {
  return (await post(at, '/token', { grant_type: 'refresh_token', refresh_token })).json()
}

export async function userinfo(at: Scripted, { access_token }: { access_token: string }) {
  const headers = { authorization: `Bearer ${access_token}` }
  return (await fetch(`${at.url}/userinfo`, { headers })).json()
}

export function control(at: Scripted, rule: unknown): Promise<Response> {
  return fetch(`${at.url}/__ctl`, { method: 'POST', body: JSON.stringify(rule) })
}

export function post(
  at: Scripted,
  path: string,
  form: Record<string, string>,
  init: RequestInit = {},
  method: 'basic' | 'post' = 'basic',
): Promise<Response> {
  const encoded = (text: string) => new URLSearchParams({ a: text }).toString().slice(2)
  const pair = `${encoded(client.id)}:${encoded(client.secret)}`
  const basic = { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
  const posted = { client_id: client.id, client_secret: client.secret }
  const body = new URLSearchParams(method === 'post' ? { ...form, ...posted } : form)
  const headers = method === 'basic' ? basic : {}
  return fetch(at.url + path, { method: 'POST', body, headers, ...init })
}
