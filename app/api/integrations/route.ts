import type { NextRequest } from 'next/server'
import { preflight } from '#app/api/cors'
import { json } from '#app/api/json'
import { userRoute } from '#app/api/user-route'
import { toIntegration } from '#app/api/wire/integration'
import { baseUrlFor } from '#lib/env'
import { list } from '#lib/integrations/list'

/** Every provider that is offered, with what the user has there. */
export const GET = userRoute('integrations:read', async ({ who, request: { headers } }) => {
  const base = baseUrlFor(headers.get('host'))
  const integrations = await list(who, headers.get('cookie'))
  return json({ integrations: integrations.map((one) => toIntegration(one, base)) })
})

export function OPTIONS(request: NextRequest): Response {
  return preflight(request, 'GET')
}
