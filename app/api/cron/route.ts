import { createHash, timingSafeEqual } from 'node:crypto'
import type { NextRequest } from 'next/server'
import { toResponse } from '#app/api/answer'
import { env } from '#lib/env'
import { GrantkeeperError, problem } from '#lib/errors'
import { sweep } from '#lib/integrations/sweep'

export const dynamic = 'force-dynamic'
/** Seconds, where the platform stops a function: the time for many due grants. */
export const maxDuration = 300

/** What is done by the clock, for platforms that call it: `Authorization: Bearer CRON_SECRET`. */
export async function GET(request: NextRequest): Promise<Response> {
  if (!isCron(request.headers.get('authorization')))
    return toResponse(problem(new GrantkeeperError('login_required')))
  const isDone = await sweep()
  return Response.json(
    { status: isDone ? 'done' : 'incomplete' },
    { status: isDone ? 200 : 503, headers: { 'cache-control': 'no-store' } },
  )
}

/** In the same time for every wrong secret. Where none is set, nobody may call. */
function isCron(authorization: string | null): boolean {
  const secret = env().CRON_SECRET
  const digest = (text: string) => createHash('sha256').update(text).digest()
  const isSame = timingSafeEqual(digest(authorization ?? ''), digest(`Bearer ${secret}`))
  return secret !== undefined && isSame
}
