import type { NextRequest } from 'next/server'
import { z } from 'zod'
import { apiProblem } from '#app/api/api-problem'
import { preflight, spaOrigin, withCors } from '#app/api/cors'
import { json, readBody } from '#app/api/json'
import { baseUrlFor } from '#lib/env'
import { issueTicket } from '#lib/integrations/start'
import { parseCompletionUrl } from '#lib/oauth/return-url'
import { ticketLifeS } from '#lib/oauth/ticket'
import { findProvider } from '#lib/providers/provider'
import { bearerUser } from '#lib/session'

/** A SPA asks for a URL with which its user begins to connect: `{ return_to, challenge, scope?, grant? }`. */
export async function POST(request: NextRequest, { params }: Context): Promise<Response> {
  try {
    const origin = spaOrigin(request)
    const user = await bearerUser(request.headers, 'integrations:write')
    const provider = findProvider((await params).provider)
    const { return_to, ...wish } = await readBody(request, ticketRequest)
    const base = baseUrlFor(request.headers.get('host'))
    const returnTo = parseCompletionUrl(return_to, origin)
    const ticket = await issueTicket(user, { provider, returnTo, base, ...wish })
    const start_url = `${base}/api/integrations/${provider.id}/start?ticket=${encodeURIComponent(ticket)}`
    return withCors(request, json({ start_url, expires_in: ticketLifeS }, 201))
  } catch (error) {
    return withCors(request, apiProblem(error))
  }
}

export function OPTIONS(request: NextRequest): Response {
  return preflight(request, 'POST')
}

type Context = { params: Promise<{ provider: string }> }

const ticketRequest = z.strictObject({
  return_to: z.string().max(512),
  challenge: z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'is not the base64url of a SHA-256'),
  scope: z.string().max(1000).optional(),
  grant: z.uuid().optional(),
})
