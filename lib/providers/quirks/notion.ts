import type { Quirk, WireRequest } from '../quirks.ts'
import { formOf, jsonOf, withError, withJson } from './body.ts'

/**
 * Notion's OAuth endpoints take JSON and a Notion-Version, give null for what is not there, and put
 * the error's code in `code`. Seen in November 2026:
 * https://developers.notion.com/reference/create-a-token
 * https://developers.notion.com/reference/refresh-a-token
 */
export const notion: Quirk = {
  request(request, { endpoint }) {
    const headers = new Headers(request.headers)
    headers.set('notion-version', '2026-03-11')
    const versioned = { ...request, headers }
    return endpoint === 'token' || endpoint === 'revocation' ? asJson(versioned) : versioned
  },
  response(response) {
    const json = jsonOf(response)
    if (!json) return response
    if (json.object === 'error' && typeof json.error !== 'string')
      return withError(response, String(json.code ?? 'invalid_request'), response.status)
    return hasNull(json) ? withJson(response, withoutNulls(json)) : response
  },
}

function asJson(request: WireRequest): WireRequest {
  const form = formOf(request)
  // The client is in the Authorization header; the body knows only its own members.
  form.delete('client_id')
  form.delete('client_secret')
  form.delete('token_type_hint')
  request.headers.set('content-type', 'application/json')
  request.headers.delete('content-length')
  return { ...request, body: JSON.stringify(Object.fromEntries(form)) }
}

const hasNull = (json: object) => Object.values(json).includes(null)

function withoutNulls(json: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(json).filter(([, value]) => value !== null))
}
