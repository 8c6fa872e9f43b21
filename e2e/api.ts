import { type Answer, send } from './browser-client.ts'
import { userToken } from './user-token.ts'
import type { World } from './world.ts'

export type ApiCall = {
  method?: string
  /** An access token, or none. */
  token?: string
  /** The page that asks; '' for none. A registered SPA, unless it is named. */
  origin?: string
  headers?: Record<string, string>
  body?: unknown
  /** Where it is asked, if not at the app itself. */
  at?: string
}

/** A call of the JSON API as a page of a SPA makes it, without cookies. */
export function askApi(world: World, path: string, call: ApiCall = {}): Promise<Answer> {
  const { method = 'GET', token, origin = world.spa.url, headers, body, at = world.appUrl } = call
  const text = body === undefined ? undefined : JSON.stringify(body)
  return send(new URL(path, at), {
    method,
    headers: {
      ...(origin ? { origin } : {}),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      // Node sends none with a DELETE, and the body would be taken for the next request.
      ...(text === undefined ? {} : { 'content-length': String(Buffer.byteLength(text)) }),
      ...headers,
    },
    ...(text === undefined ? {} : { body: text }),
  })
}

/** A user's token with both scopes. */
export function fullToken({ login }: World, user: string): Promise<string> {
  return userToken(login, user, { scope: 'integrations:read integrations:write' })
}

/** The same, once they have called: from then on there is a row of theirs, for seeds. */
export async function arrivedToken(world: World, user: string): Promise<string> {
  const token = await fullToken(world, user)
  await askApi(world, '/api/integrations', { token })
  return token
}

export type Endpoint = { method: string; path: string }

/** Every route for users that takes a bearer token. `grant`: the id in the paths. */
export function userEndpoints(grant: string): Endpoint[] {
  return [
    { method: 'GET', path: '/api/integrations' },
    { method: 'GET', path: `/api/grants/${grant}` },
    { method: 'DELETE', path: `/api/grants/${grant}` },
    { method: 'POST', path: `/api/grants/${grant}/pause` },
    { method: 'POST', path: `/api/grants/${grant}/resume` },
    { method: 'GET', path: `/api/grants/${grant}/events` },
    { method: 'POST', path: '/api/integrations/acme/tickets' },
    { method: 'POST', path: '/api/integrations/acme/complete' },
    { method: 'GET', path: '/api/integrations/acme/proxy/x' },
    { method: 'POST', path: '/api/integrations/acme/proxy/x' },
  ]
}
