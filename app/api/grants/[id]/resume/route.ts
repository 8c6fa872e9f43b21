import type { NextRequest } from 'next/server'
import { preflight } from '#app/api/cors'
import { userRoute } from '#app/api/user-route'
import { resume } from '#lib/integrations/pause'
import { grantAnswer } from '../grant-answer'
import { grantId } from '../grant-id'

/** Ends the pause of a grant. */
export const POST = userRoute<{ id: string }>(
  'integrations:write',
  async ({ who, request, params }) => {
    const id = grantId(params)
    await resume(who, id)
    return grantAnswer(who, id, request.headers)
  },
)

export function OPTIONS(request: NextRequest): Response {
  return preflight(request, 'POST')
}
