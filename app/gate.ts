import { type NextRequest, NextResponse } from 'next/server'
import { baseUrlFor, env, hasDurableDatabase } from '#lib/env'
import { GrantkeeperError, statusOf } from '#lib/errors'
import { loginDriver } from '#lib/login/driver'
import { failedLogin, issuerAway } from '#lib/login/failure'
import { forgetForeign, forgetLogin, ownCookies } from '#lib/own-cookies'
import { logEvent } from '#lib/telemetry'
import { refusalOfAction } from './action-guard.ts'

/**
 * Login routes, and the content security policy of pages. It is a convenience, never the check of
 * who may do what: every page, action and route does that itself.
 */
export async function gate(request: NextRequest): Promise<NextResponse> {
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64')
  const policy = contentSecurityPolicy(nonce)
  const headers = believed(request, policy)
  const response = await answer(request, headers)
  const cookie = request.headers.get('cookie')
  for (const line of forgetForeign(cookie)) response.headers.append('set-cookie', line)
  response.headers.set('content-security-policy', policy)
  return response
}

/** @param headers of the request, as the page is to see them */
async function answer(request: NextRequest, headers: Headers): Promise<NextResponse> {
  if (!hasDurableDatabase()) return neverKept(show(request, headers, '/no-database'))
  const path = request.nextUrl.pathname
  if (path.startsWith('/auth/') && request.method !== 'GET')
    return neverKept(new NextResponse(null, { status: 404 }))
  const refused = await refusalOfAction(request, baseUrlFor(request.headers.get('host')))
  if (refused) return neverKept(refused)
  if (path === loginDriver().logoutPath) return leave(request, headers)
  if (path === '/unavailable') return explainAgain(request, headers)
  const answered = await handled(request, headers)
  return isPassedOn(answered) ? passOn(answered, headers) : neverKept(answered)
}

/** What a login library throws means that nobody is logged in, and must not lock anybody out. */
async function handled(request: NextRequest, headers: Headers): Promise<NextResponse> {
  try {
    return await loginDriver().handle(request)
  } catch (cause) {
    const path = request.nextUrl.pathname
    const failure = cause instanceof GrantkeeperError ? cause : issuerAway(cause)
    const event = path.startsWith('/auth/') ? 'login_failed' : 'session_unreadable'
    logEvent('warn', event, { code: failure.code, cause })
    if (path.startsWith('/auth/')) return neverKept(explainLogin(request, headers, failure))
    const response = NextResponse.next()
    for (const line of forgetLogin(request.headers.get('cookie')))
      response.headers.append('set-cookie', line)
    return response
  }
}

/** The logout writes to the database, which is a route's to do. */
function leave(request: NextRequest, headers: Headers): NextResponse {
  return neverKept(show(request, headers, '/api/auth/logout', 200))
}

function isPassedOn(response: NextResponse): boolean {
  return response.headers.get('x-middleware-next') === '1'
}

/** A login that could not begin: the same address may be asked for again in a while. */
function explainLogin(
  request: NextRequest,
  headers: Headers,
  failure: GrantkeeperError,
): NextResponse {
  const { code, retryAfterS = 30 } = failure
  const again = request.nextUrl.searchParams.get('returnTo') ?? ''
  const page = `${failedLogin(failure)}&again=${encodeURIComponent(again)}`
  const response = show(request, headers, page, statusOf[code])
  if (statusOf[code] === 503) response.headers.set('retry-after', String(retryAfterS))
  return response
}

/** The page to which a callback leads says by its status too that the issuer does not answer. */
function explainAgain(request: NextRequest, headers: Headers): NextResponse {
  const { searchParams: query } = request.nextUrl
  const isAway = query.get('from') === 'login' && query.get('error') === 'temporarily_unavailable'
  if (!isAway) return NextResponse.next({ request: { headers } })
  const { pathname, search } = request.nextUrl
  const response = neverKept(show(request, headers, pathname + search))
  response.headers.set('retry-after', '30')
  return response
}

/** Another page in the place of the one that was asked for, at the same address. */
function show(request: NextRequest, headers: Headers, page: string, status = 503): NextResponse {
  const url = request.nextUrl.clone()
  const [pathname = '', search = ''] = page.split('?')
  url.pathname = pathname
  url.search = search
  return NextResponse.rewrite(url, { status, request: { headers } })
}

/** What is answered here sets cookies, or is for one browser and one moment only. */
function neverKept(response: NextResponse): NextResponse {
  for (const name of ['cache-control', 'cdn-cache-control', 'vercel-cdn-cache-control'])
    response.headers.set(name, 'no-store')
  return response
}

/** On to the page, with the session's new cookies. */
function passOn(answered: NextResponse, headers: Headers): NextResponse {
  const response = NextResponse.next({ request: { headers } })
  for (const [name, value] of answered.headers)
    if (!name.startsWith('x-middleware-')) response.headers.append(name, value)
  return response
}

/**
 * What a page may see of its request: our own cookies, our own host, and the policy, in which it finds its
 * nonce. `X-Forwarded-Host` is what Next compares an action's origin with, and anybody can send it.
 */
function believed(request: NextRequest, policy: string): Headers {
  const headers = new Headers(request.headers)
  const cookie = ownCookies(request.headers.get('cookie'))
  if (cookie) headers.set('cookie', cookie)
  else headers.delete('cookie')
  headers.set('x-forwarded-host', new URL(baseUrlFor(request.headers.get('host'))).host)
  headers.set('content-security-policy', policy)
  // An action that another page has would be sent there by a call of the app to itself, with the sender's body
  // and cookies. Of one that was sent on already Next does not do that: it answers that there is no such action.
  if (headers.has('next-action')) headers.set('x-action-forwarded', '1')
  return headers
}

function contentSecurityPolicy(nonce: string): string {
  const isSecure = env().APP_BASE_URL.every((url) => url.startsWith('https:'))
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    ...(isSecure ? ['upgrade-insecure-requests'] : []),
  ].join('; ')
}
