import type { NextRequest } from 'next/server'
import { toResponse } from '#app/api/answer'
import { preflight, withCors } from '#app/api/cors'
import { json } from '#app/api/json'
import document from '../../../docs/openapi.json'

/** The description of this API, as it is committed: OpenAPI 3.1. */
export function GET(request: NextRequest): Response {
  return withCors(request, toResponse(json(document)))
}

export function OPTIONS(request: NextRequest): Response {
  return preflight(request, 'GET')
}
