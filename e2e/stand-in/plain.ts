import type { IncomingMessage, ServerResponse } from 'node:http'
import { sendPage } from './page.ts'
import { type PlainGrants, plainGrants } from './plain-grants.ts'
import {
  type PlainUser,
  plainConnectionsPage,
  plainConsentPage,
  plainProblemPage,
} from './plain-pages.ts'
import { listen, readBody } from './server.ts'

export type Plain = {
  url: string
  client: { id: string; secret: string }
  close: () => Promise<void>
}

export type PlainOptions = { port: number; redirectUris: readonly string[] }

type Place = PlainOptions & { client: Plain['client']; grants: PlainGrants }

type Visit = { url: URL; body: URLSearchParams; request: IncomingMessage; response: ServerResponse }

/**
 * Plain Notes, a third party of the old kind at http://127.0.0.1: OAuth 2.0 and nothing more. No
 * metadata, `iss`, PKCE, rotation or revocation; form-encoded answers; errors with status 200.
 * @throws {Error} that names the port, when it is taken
 */
export async function startPlain(options: PlainOptions): Promise<Plain> {
  const client = { id: 'grantkeeper-at-plain', secret: crypto.randomUUID() }
  const place = { ...options, client, grants: plainGrants() }
  const server = await listen((request, response) => void answer(place, request, response), {
    name: 'stand-in Plain Notes',
    port: options.port,
  })
  return { url: `http://127.0.0.1:${server.port}`, client, close: server.close }
}

const users: readonly PlainUser[] = [
  { id: 'u_1001', name: 'Sam Field' },
  { id: 'u_1002', name: 'Kim Stone' },
]

async function answer(
  place: Place,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  const body = new URLSearchParams(request.method === 'POST' ? await readBody(request) : '')
  const endpoint = Object.hasOwn(endpoints, url.pathname) ? endpoints[url.pathname] : undefined
  if (endpoint) endpoint(place, { url, body, request, response })
  else response.writeHead(404).end()
}

const endpoints: Record<string, (place: Place, visit: Visit) => void> = {
  '/oauth/authorize': authorize,
  '/oauth/token': token,
  '/api/notes': notes,
  '/connections': connections,
}

/** RFC 6749 §4.1.1, and the old habit of ignoring what is not known, PKCE included. */
function authorize(place: Place, visit: Visit): void {
  const asked = visit.url.searchParams
  const isKnown =
    asked.get('client_id') === place.client.id &&
    place.redirectUris.includes(asked.get('redirect_uri') ?? '')
  if (!isKnown) sendPage(visit.response, plainProblemPage('This app is not registered here.'), 400)
  else if (visit.request.method === 'POST') decide(place, visit)
  else sendPage(visit.response, plainConsentPage({ users, query: asked.toString() }))
}

function decide({ grants }: Place, { url, body, response }: Visit): void {
  const redirectUri = url.searchParams.get('redirect_uri') ?? ''
  const user = users.find(({ id }) => id === body.get('user'))
  const target = new URL(redirectUri)
  if (user) target.searchParams.set('code', grants.code({ user, redirectUri }))
  else target.searchParams.set('error', 'access_denied')
  target.searchParams.set('state', url.searchParams.get('state') ?? '')
  response.writeHead(302, { location: target.href }).end()
}

/** Success and failure look alike: status 200, a form. */
function token(place: Place, { body, response }: Visit): void {
  response.writeHead(200, { 'content-type': 'application/x-www-form-urlencoded' })
  response.end(new URLSearchParams(tokenAnswer(place, body)).toString())
}

function tokenAnswer({ client, grants }: Place, body: URLSearchParams): Record<string, string> {
  const field = (name: string) => body.get(name) ?? ''
  if (field('client_id') !== client.id || field('client_secret') !== client.secret)
    return { error: 'incorrect_client_credentials', error_description: 'Wrong client.' }
  const grant =
    field('grant_type') === 'refresh_token'
      ? grants.ofRefreshToken(field('refresh_token'))
      : grants.redeem({ code: field('code'), redirectUri: field('redirect_uri') })
  if (!grant) return { error: 'bad_verification_code', error_description: 'Wrong code.' }
  return {
    access_token: grants.accessToken(grant),
    token_type: 'bearer',
    scope: 'notes',
    expires_in: '3600',
    refresh_token: grant.refreshToken,
    user_id: grant.user.id,
    user_name: grant.user.name,
  }
}

function notes({ grants }: Place, { request, response }: Visit): void {
  const user = grants.ofAccessToken(
    (request.headers.authorization ?? '').replace(/^bearer /i, ''),
  )?.user
  response.writeHead(user ? 200 : 401, { 'content-type': 'application/json' })
  response.end(
    JSON.stringify(user ? { notes: [`A note of ${user.name}`] } : { error: 'bad_token' }),
  )
}

function connections({ grants }: Place, { body, response }: Visit): void {
  const removed = users.find(({ id }) => id === body.get('user'))
  if (removed) grants.end(removed)
  const shown = users.map((user) => ({ user, isConnected: grants.isConnected(user) }))
  sendPage(response, plainConnectionsPage(shown))
}
