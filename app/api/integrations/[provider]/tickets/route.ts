import type { NextRequest } from 'next/server'
import { preflight, spaOrigin } from '#app/api/cors'
import { json, readBody } from '#app/api/json'
import { ticketRequest } from '#app/api/schemas/ticket'
import { spaRoute } from '#app/api/user-route'
import { baseUrlFor } from '#lib/env'
import { issueTicket } from '#lib/integrations/start'
import { parseCompletionUrl } from '#lib/oauth/return-url'
import { ticketLifeS } from '#lib/oauth/ticket'
import { findProvider } from '#lib/providers/provider'

/** A SPA asks for a URL with which its user begins to connect: `{ return_to, challenge, scope?, grant? }`. */
export const POST = spaRoute<{ provider: string }>(async ({ who, request, params }) => {
  const provider = findProvider(params.provider)
  const { return_to, ...wish } = await readBody(request, ticketRequest)
  const base = baseUrlFor(request.headers.get('host'))
  const returnTo = parseCompletionUrl(return_to, spaOrigin(request))
  const ticket = await issueTicket(who, { provider, returnTo, base, ...wish })
  const start_url = `${base}/api/integrations/${provider.id}/start?ticket=${encodeURIComponent(ticket)}`
  return json({ start_url, expires_in: ticketLifeS }, 201)
})

export function OPTIONS(request: NextRequest): Response {
  return preflight(request, 'POST')
}
