import type { NextRequest } from 'next/server'
import { preflight } from '#app/api/cors'
import { userRoute } from '#app/api/user-route'
import { pause } from '#lib/integrations/pause'
import { grantAnswer } from '../grant-answer'
import { grantId } from '../grant-id'

/** Keeps a grant from being used until it is resumed. */
export const POST = userRoute<{ id: string }>(
  'integrations:write',
  async ({ who, request, params }) => {
    const id = grantId(params)
    await pause(who, id)
    return grantAnswer(who, id, request.headers)
  },
)

export function OPTIONS(request: NextRequest): Response {
  return preflight(request, 'POST')
}
