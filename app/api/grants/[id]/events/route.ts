import type { NextRequest } from 'next/server'
import { withHeaders } from '#app/api/answer'
import { preflight } from '#app/api/cors'
import { json, readQuery } from '#app/api/json'
import { eventQuery } from '#app/api/schemas/event'
import { userRoute } from '#app/api/user-route'
import { toEvent } from '#app/api/wire/event'
import { eventsOf } from '#lib/audit'
import { baseUrlFor } from '#lib/env'
import { findGrant } from '#lib/integrations/list'
import { grantId } from '../grant-id'

/** What happened to a grant, the newest first, page by page: `?limit=50&cursor=…`. */
export const GET = userRoute<{ id: string }>(
  'integrations:read',
  async ({ who, request, params }) => {
    const { limit, cursor } = readQuery(request, eventQuery)
    const grant = await findGrant(who, grantId(params))
    const { events, next } = await eventsOf(who, { grant: grant.id, before: cursor, limit })
    const answer = json({ events: events.map(toEvent), next_cursor: next })
    if (!next) return answer
    const query = new URLSearchParams({ limit: String(limit), cursor: next })
    const page = `${baseUrlFor(request.headers.get('host'))}/api/grants/${grant.id}/events?${query}`
    return withHeaders(answer, { link: `<${page}>; rel="next"` })
  },
)

export function OPTIONS(request: NextRequest): Response {
  return preflight(request, 'GET')
}
