import type { Client } from '#lib/env'
import type { Quirk, WireRequest, WireResponse } from '../quirks.ts'
import { formOf, jsonOf, withError, withJson } from './body.ts'

/**
 * GitHub has its own names for errors and sends them with status 200, separates granted scopes by
 * commas, wants a User-Agent at its API, and revokes by DELETE with an access token in JSON and the
 * client as Basic. Seen in its documentation in November 2026 (but for `bad_refresh_token`):
 * https://docs.github.com/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors
 * https://docs.github.com/rest/apps/oauth-applications#delete-an-app-authorization
 */
export const github: Quirk = {
  request(request, { endpoint, client }) {
    if (endpoint !== 'revocation' && endpoint !== 'userinfo') return request
    const headers = new Headers(request.headers)
    headers.set('accept', 'application/vnd.github+json')
    headers.set('user-agent', 'Grantkeeper')
    headers.set('x-github-api-version', '2022-11-28')
    const apiRequest = { ...request, headers }
    return endpoint === 'revocation' ? deleteGrant(apiRequest, client) : apiRequest
  },
  response(response, { endpoint }) {
    if (endpoint === 'token') return tokenResponse(response)
    // RFC 7009 §2.2 knows success as 200 alone.
    if (endpoint === 'revocation' && response.status === 204) return { ...response, status: 200 }
    return response
  },
}

function deleteGrant(request: WireRequest, client: Client): WireRequest {
  const credentials = Buffer.from(`${client.id}:${client.secret ?? ''}`).toString('base64')
  request.headers.set('authorization', `Basic ${credentials}`)
  request.headers.set('content-type', 'application/json')
  request.headers.delete('content-length')
  return {
    ...request,
    method: 'DELETE',
    url: request.url.replace(/%7Bclient_id%7D|\{client_id\}/i, encodeURIComponent(client.id)),
    body: JSON.stringify({ access_token: formOf(request).get('token') }),
  }
}

const standardErrors = new Map([
  ['bad_verification_code', 'invalid_grant'],
  ['bad_refresh_token', 'invalid_grant'],
  ['incorrect_client_credentials', 'invalid_client'],
  ['redirect_uri_mismatch', 'invalid_request'],
])

function tokenResponse(response: WireResponse): WireResponse {
  const json = jsonOf(response)
  if (typeof json?.error === 'string')
    return withError(response, standardErrors.get(json.error) ?? json.error)
  if (typeof json?.scope === 'string' && json.scope.includes(','))
    return withJson(response, { ...json, scope: json.scope.split(',').join(' ') })
  return response
}
