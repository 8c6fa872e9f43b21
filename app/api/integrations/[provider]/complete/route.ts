import type { NextRequest } from 'next/server'
import { z } from 'zod'
import { apiProblem } from '#app/api/api-problem'
import { preflight, spaOrigin, withCors } from '#app/api/cors'
import { json, readBody } from '#app/api/json'
import { complete } from '#lib/integrations/complete'
import { findProvider } from '#lib/providers/provider'
import { bearerUser } from '#lib/session'

/** A SPA finishes what it began: `{ handle, verifier }`. Good for one try, in whatever hands. */
export async function POST(request: NextRequest, { params }: Context): Promise<Response> {
  try {
    const origin = spaOrigin(request)
    const user = await bearerUser(request.headers, 'integrations:write')
    const provider = findProvider((await params).provider)
    const wish = await readBody(request, completionRequest)
    const kept = await complete(user, { provider, origin, ...wish })
    return withCors(request, json({ integration: provider.id, status: 'connected', ...kept }))
  } catch (error) {
    return withCors(request, apiProblem(error))
  }
}

export function OPTIONS(request: NextRequest): Response {
  return preflight(request, 'POST')
}

type Context = { params: Promise<{ provider: string }> }

const completionRequest = z.strictObject({
  handle: z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'is not a handle'),
  verifier: z.string().regex(/^[A-Za-z0-9._~-]{43,128}$/, 'is not a verifier (RFC 7636 §4.1)'),
})
