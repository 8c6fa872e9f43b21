import type { NextRequest } from 'next/server'
import { preflight, spaOrigin } from '#app/api/cors'
import { json, readBody } from '#app/api/json'
import { completionRequest } from '#app/api/schemas/ticket'
import { spaRoute } from '#app/api/user-route'
import { complete } from '#lib/integrations/complete'
import { findProvider } from '#lib/providers/provider'

/** A SPA finishes what it began: `{ handle, verifier }`. Good for one try, in whatever hands. */
export const POST = spaRoute<{ provider: string }>(async ({ who, request, params }) => {
  const provider = findProvider(params.provider)
  const wish = await readBody(request, completionRequest)
  const kept = await complete(who, { provider, origin: spaOrigin(request), ...wish })
  return json({ integration: provider.id, status: 'connected', ...kept })
})

export function OPTIONS(request: NextRequest): Response {
  return preflight(request, 'POST')
}
