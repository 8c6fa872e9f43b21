import type { WireRequest, WireResponse } from '../quirks.ts'

export type Json = Record<string, unknown>

/** The response's body as a JSON object, or undefined where it is none. */
export function jsonOf(response: WireResponse): Json | undefined {
  try {
    const value: unknown = JSON.parse(response.body)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** The response with another JSON body (and status). */
export function withJson(
  response: WireResponse,
  json: Json,
  status = response.status,
): WireResponse {
  const headers = new Headers(response.headers)
  headers.set('content-type', 'application/json')
  headers.delete('content-length')
  return { status, headers, body: JSON.stringify(json) }
}

/** The error response of RFC 6749 §5.2, in place of the given one. */
export function withError(response: WireResponse, error: string, status = 400): WireResponse {
  return withJson(response, { error }, status)
}

/** The form that a request carries. */
export function formOf(request: WireRequest): URLSearchParams {
  return new URLSearchParams(request.body ?? '')
}

/** The request as a POST without a body, authorized by this access token (RFC 6750 §2.1). */
export function asBearerPost(request: WireRequest, token: string): WireRequest {
  const headers = new Headers(request.headers)
  headers.set('authorization', `Bearer ${token}`)
  headers.delete('content-type')
  headers.delete('content-length')
  return { ...request, method: 'POST', headers, body: undefined }
}

/** The access token of a request authorized by one. */
export function bearerOf(request: WireRequest): string {
  return (request.headers.get('authorization') ?? '').replace(/^bearer\s+/i, '')
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
