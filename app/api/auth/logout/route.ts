import { type NextRequest, NextResponse } from 'next/server'
import { baseUrlFor } from '#lib/env'
import { codeOf } from '#lib/errors'
import { isFromHere, isNavigation } from '#lib/fetch-metadata'
import { loginDriver } from '#lib/login/driver'
import { forgetAllTransactions } from '#lib/oauth/transaction'
import { forgetLogin } from '#lib/own-cookies'
import { endCurrentSession } from '#lib/session'
import { logEvent } from '#lib/telemetry'

export const dynamic = 'force-dynamic'

/**
 * Logs the user out, at a link on a page of ours; `/auth/logout` leads here (app/gate.ts). A link from
 * elsewhere gets a page that asks, and what no person opens gets nothing.
 */
export async function GET(request: NextRequest): Promise<Response> {
  const base = baseUrlFor(request.headers.get('host'))
  if (!isNavigation(request.headers)) return kept(new NextResponse(null, { status: 204 }))
  if (!isFromHere(request.headers, base)) return kept(NextResponse.redirect(`${base}/log-out`, 303))
  await endCurrentSession().catch((cause) =>
    logEvent('error', 'session_not_ended', { code: codeOf(cause), cause }),
  )
  const response = await loggedOut(request, base)
  // Whatever the library deleted or could not read, and the attempts that this user began.
  const cookie = request.headers.get('cookie')
  for (const line of [...forgetLogin(cookie), ...forgetAllTransactions(cookie)])
    response.headers.append('set-cookie', line)
  return kept(response)
}

/** A link scanner that only looks ends nothing. */
export function HEAD(): Response {
  return new NextResponse(null, { status: 405, headers: { allow: 'GET' } })
}

async function loggedOut(request: NextRequest, base: string): Promise<NextResponse> {
  try {
    return await loginDriver().logOut(request)
  } catch (cause) {
    logEvent('warn', 'logout_failed', { code: codeOf(cause), cause })
    return NextResponse.redirect(`${base}/`, 303)
  }
}

function kept(response: NextResponse): NextResponse {
  response.headers.set('cache-control', 'no-store')
  return response
}
