import type { Reply } from './answer.ts'
import type { Place, Visit } from './endpoints.ts'
import { accountNamed } from './options.ts'

/** Approves at once. `account=name` in the query says who consents, for tests. */
export function authorize(place: Place, { url }: Visit): Reply {
  const asked = requestOf(place, url.searchParams)
  const redirectUri = asked?.get('redirect_uri') ?? ''
  const isKnown = place.lax || place.redirectUris.includes(redirectUri)
  if (asked?.get('client_id') !== place.client.id || !isKnown || !URL.canParse(redirectUri))
    return { status: 400, json: { error: 'invalid_request', about: 'client_id or redirect_uri' } }
  const challenge = asked.get('code_challenge') ?? undefined
  const query = { state: asked.get('state') ?? '', ...(place.iss ? { iss: place.url } : {}) }
  if (place.pkce && (!challenge || asked.get('code_challenge_method') !== 'S256'))
    return redirect(redirectUri, { error: 'invalid_request', ...query })
  const name = url.searchParams.get('account')
  const code = place.grants.code({
    account: name ? accountNamed(place.id, name) : place.account(),
    scope: asked.get('scope') ?? '',
    redirectUri,
    challenge,
    nonce: asked.get('nonce') ?? undefined,
  })
  return redirect(redirectUri, { code, ...query })
}

/** RFC 9126: takes the whole request, and gives a name for it that works once. */
export function pushed(place: Place, { form }: Visit): Reply {
  const request_uri = `urn:ietf:params:oauth:request_uri:${crypto.randomUUID()}`
  place.pushed.set(request_uri, form)
  return { status: 201, json: { request_uri, expires_in: 60 } }
}

function requestOf(place: Place, query: URLSearchParams): URLSearchParams | undefined {
  const name = query.get('request_uri')
  if (name === null) return query
  const request = place.pushed.get(name)
  place.pushed.delete(name)
  return request
}

function redirect(to: string, query: Record<string, string>): Reply {
  return { status: 302, redirect: { to, query } }
}
