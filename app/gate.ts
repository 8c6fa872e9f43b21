import { type NextRequest, NextResponse } from 'next/server'
import { env, hasDurableDatabase } from '#lib/env'
import { loginDriver } from '#lib/login/driver'
import { forgetAllTransactions } from '#lib/oauth/transaction'

/**
 * Login routes, and the content security policy of pages. It is a convenience, never the check of
 * who may do what: every page, action and route does that itself.
 */
export async function gate(request: NextRequest): Promise<NextResponse> {
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64')
  const policy = contentSecurityPolicy(nonce)
  if (!hasDurableDatabase()) return neverKept(explain(request, policy))
  const answered = await loginDriver().handle(request)
  if (request.nextUrl.pathname === loginDriver().logoutPath)
    for (const cookie of forgetAllTransactions(request.headers.get('cookie')))
      answered.headers.append('set-cookie', cookie)
  const response = isPassedOn(answered) ? passOn(request, answered, policy) : neverKept(answered)
  response.headers.set('content-security-policy', policy)
  return response
}

function isPassedOn(response: NextResponse): boolean {
  return response.headers.get('x-middleware-next') === '1'
}

/** With nowhere to keep a grant, every address of a page, those of the login too, shows why. */
function explain(request: NextRequest, policy: string): NextResponse {
  const url = request.nextUrl.clone()
  url.pathname = '/no-database'
  url.search = ''
  const headers = withPolicy(request, policy)
  const response = NextResponse.rewrite(url, { status: 503, request: { headers } })
  response.headers.set('content-security-policy', policy)
  return response
}

/** What the login driver answers itself sets cookies, and is for one browser only. */
function neverKept(response: NextResponse): NextResponse {
  for (const name of ['cache-control', 'cdn-cache-control', 'vercel-cdn-cache-control'])
    response.headers.set(name, 'no-store')
  return response
}

/** On to the page, which finds the policy's nonce in its request, with the session's new cookies. */
function passOn(request: NextRequest, answered: NextResponse, policy: string): NextResponse {
  const response = NextResponse.next({ request: { headers: withPolicy(request, policy) } })
  for (const [name, value] of answered.headers)
    if (!name.startsWith('x-middleware-')) response.headers.append(name, value)
  return response
}

function withPolicy(request: NextRequest, policy: string): Headers {
  const headers = new Headers(request.headers)
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
