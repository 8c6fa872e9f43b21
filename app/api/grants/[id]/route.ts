import type { NextRequest } from 'next/server'
import { preflight } from '#app/api/cors'
import { json } from '#app/api/json'
import { userRoute } from '#app/api/user-route'
import { endGrant } from '#lib/integrations/end-grant'
import { grantAnswer } from './grant-answer'
import { grantId } from './grant-id'

type Params = { id: string }

/** One grant, disconnected or not. */
export const GET = userRoute<Params>('integrations:read', async ({ who, request, params }) =>
  grantAnswer(who, grantId(params), request.headers),
)

/** Disconnects it, and tells what became of it at the third party; the second time too. */
export const DELETE = userRoute<Params>('integrations:write', async ({ who, params }) =>
  json({ revocation: await endGrant(who, grantId(params)) }),
)

export function OPTIONS(request: NextRequest): Response {
  return preflight(request, 'GET, DELETE')
}
