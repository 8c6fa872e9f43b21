import type { NextRequest } from 'next/server'
import { toResponse } from '#app/api/answer'
import { readCapped } from '#app/api/json'
import { endSessions } from '#lib/ended-sessions'
import { codeOf, GrantkeeperError, problem } from '#lib/errors'
import { verifyLogoutToken } from '#lib/login/logout-token'
import { logEvent } from '#lib/telemetry'

export const dynamic = 'force-dynamic'

/** The login issuer tells that it has ended a session (OpenID Connect Back-Channel Logout 1.0 §2.5). */
export async function POST(request: NextRequest): Promise<Response> {
  try {
    const form = new URLSearchParams((await readCapped(request, maxBytes)) ?? '')
    const [token = '', ...others] = form.getAll('logout_token')
    if (others.length > 0) throw new GrantkeeperError('invalid_request')
    await endSessions(await verifyLogoutToken(token))
    logEvent('info', 'session_ended')
    return new Response(null, { headers: { 'cache-control': 'no-store' } })
  } catch (error) {
    logEvent('warn', 'logout_refused', { code: codeOf(error), cause: error })
    return toResponse(problem(error))
  }
}

const maxBytes = 16_384
