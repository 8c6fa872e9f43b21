import { type NextRequest, NextResponse } from 'next/server'
import { loginCookies } from '#lib/own-cookies'
import { askNextAuth, type Call } from './next-auth.ts'
import { withCookies } from './oidc-answer.ts'
import { sessionOptions } from './oidc-options.ts'
import { readOidcSession } from './oidc-session.ts'
import { sessionName } from './session-cookie.ts'

/**
 * Seals a session anew that is in use, and old enough for that; when a page is gone to, which a logout in
 * the same tab would have ended: what comes in the background could bring a session back after it.
 */
export async function prolong(request: NextRequest, base: string): Promise<NextResponse> {
  if (request.headers.get('sec-fetch-dest') !== 'document') return NextResponse.next()
  const cookie = request.headers.get('cookie')
  const isSecure = base.startsWith('https:')
  const session = await readOidcSession(cookie, isSecure)
  if (!session || Date.now() < 1000 * (session.iat + 3600)) return NextResponse.next()
  const call: Call = { action: 'session', base, cookies: loginCookies(cookie) }
  const { cookies } = await askNextAuth(sessionOptions(base), call)
  const sealed = cookies.filter((cookie) => cookie.startsWith(sessionName(isSecure)))
  return withCookies(NextResponse.next(), sealed)
}
