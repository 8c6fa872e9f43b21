import type { Client } from '#lib/env'
import type { Quirk, WireRequest, WireResponse } from '../quirks.ts'
import { bearerOf, jsonOf, withError, withJson } from './body.ts'

/**
 * HubSpot has no userinfo: whose token it is, token introspection tells (RFC 7662, with the client
 * in the form). It names scopes as a list, `scopes`; that the token response does too, and that
 * revocation may answer 204, is not verified. The older v1 endpoints, which carry tokens in
 * paths, end on 16 February 2027. Seen in November 2026:
 * https://developers.hubspot.com/docs/api-reference/latest/authentication/oauth-tokens/token-introspect
 */
export const hubspot: Quirk = {
  request(request, { endpoint, client }) {
    return endpoint === 'userinfo' ? introspection(request, client) : request
  },
  response(response, { endpoint }) {
    if (endpoint === 'token') return tokenResponse(response)
    if (endpoint === 'userinfo' && jsonOf(response)?.active === false)
      return withError(response, 'invalid_token', 401)
    // RFC 7009 §2.2 knows success as 200 alone.
    if (endpoint === 'revocation' && response.status === 204) return { ...response, status: 200 }
    return response
  },
}

function introspection(request: WireRequest, client: Client): WireRequest {
  const headers = new Headers(request.headers)
  headers.delete('authorization')
  headers.set('content-type', 'application/x-www-form-urlencoded')
  const form = new URLSearchParams({
    token: bearerOf(request),
    token_type_hint: 'access_token',
    client_id: client.id,
    client_secret: client.secret ?? '',
  })
  return { ...request, method: 'POST', headers, body: form.toString() }
}

function tokenResponse(response: WireResponse): WireResponse {
  const json = jsonOf(response)
  if (!json || json.scope !== undefined || !Array.isArray(json.scopes)) return response
  return withJson(response, { ...json, scope: json.scopes.join(' ') })
}
