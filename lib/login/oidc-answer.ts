import { NextResponse } from 'next/server'
import type { Told } from './next-auth.ts'

/** What next-auth told, as a redirect that nobody keeps. */
export function answer(told: Told, location = '/'): NextResponse {
  const response = new NextResponse(null, { status: 303, headers: { location } })
  response.headers.set('cache-control', 'no-store')
  // Its CSRF token has served: we have sent it ourselves.
  const needed = told.cookies.filter((cookie) => !/^__(Host-)?login_csrf=/.test(cookie))
  return withCookies(response, needed)
}

/** The response, with these Set-Cookie lines besides. */
export function withCookies(response: NextResponse, cookies: readonly string[]): NextResponse {
  for (const cookie of cookies) response.headers.append('set-cookie', cookie)
  return response
}
