import { type NextRequest, NextResponse } from 'next/server'
import type { AuthOptions } from 'next-auth'
import { codeOf } from '#lib/errors'
import { logEvent } from '#lib/telemetry'
import { registration } from './issuer.ts'
import { issuerKeys } from './issuer-keys.ts'
import { askNextAuth, type Call, type Told } from './next-auth.ts'
import { cookieNames, oidcOptions, sessionOptions } from './oidc-options.ts'
import { ownCookies, readOidcSession } from './oidc-session.ts'
import { sessionName } from './session-cookie.ts'

/**
 * Begins a login, at a plain link. next-auth wants a POST with its CSRF token for that, from a page of its
 * own: we send it for the browser. What binds the login to the browser are state, nonce and PKCE.
 */
export async function logIn(request: NextRequest, base: string): Promise<NextResponse> {
  const { searchParams } = request.nextUrl
  const organization = searchParams.get('organization')
  try {
    const told = await post(await oidcOptions(base), {
      ...{ action: 'signin', base, cookies: {} },
      query: organization ? { organization } : {},
      body: { callbackUrl: pathOf(base, searchParams.get('returnTo')) },
    })
    const { origin } = new URL(told.location ?? base, base)
    return answer(told, origin === base ? unavailable(base) : told.location)
  } catch (cause) {
    return failed(cause, base)
  }
}

/** Ends a login at next-auth's callback, to which the issuer leads the browser back. */
export async function finishLogin(request: NextRequest, base: string): Promise<NextResponse> {
  try {
    const told = await askNextAuth(await oidcOptions(base), {
      ...{ action: 'callback', base, cookies: ownCookies(request.headers.get('cookie')) },
      query: responseOf(request.nextUrl.searchParams),
    })
    // Its own pages are for what failed: a stale tab, a refusal. Ours has a way on.
    const { origin, pathname } = new URL(told.location ?? '/api/auth/error', base)
    const isDone = origin === base && !pathname.startsWith('/api/auth/')
    const end = isDone ? told.location : `${base}/unavailable?error=login_required`
    return forgetLogin(answer(told, end), base)
  } catch (cause) {
    return failed(cause, base)
  }
}

/** What an issuer answers (RFC 6749 §4.1.2, RFC 9207), each once; anything else could be for next-auth. */
function responseOf(given: URLSearchParams): Record<string, string> {
  const names = ['code', 'state', 'iss', 'error'].filter((name) => given.getAll(name).length === 1)
  return Object.fromEntries(names.map((name) => [name, given.get(name) ?? '']))
}

/** However it ended: what bound it to this browser has served. */
function forgetLogin(response: NextResponse, base: string): NextResponse {
  const isSecure = base.startsWith('https:')
  const { callbackUrl, pkceCodeVerifier, state, nonce } = cookieNames(isSecure)
  for (const name of [callbackUrl, pkceCodeVerifier, state, nonce])
    response.headers.append(
      'set-cookie',
      `${name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`,
    )
  return response
}

/** Ends the session here, and at the issuer where that can be (OpenID Connect RP-Initiated Logout 1.0). */
export async function logOut(request: NextRequest, base: string): Promise<NextResponse> {
  const cookies = ownCookies(request.headers.get('cookie'))
  const told = await post(withoutProviders(base), { action: 'signout', base, cookies })
  return answer(told, await issuersLogout(base))
}

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
  const call: Call = { action: 'session', base, cookies: ownCookies(cookie) }
  const { cookies } = await askNextAuth(withoutProviders(base), call)
  const sealed = cookies.filter((cookie) => cookie.startsWith(sessionName(isSecure)))
  return withCookies(NextResponse.next(), sealed)
}

/** A POST with the CSRF token that next-auth gives us for it. */
async function post(options: AuthOptions, call: Omit<Call, 'method'>): Promise<Told> {
  const { base, cookies, body } = call
  const { csrfToken: name } = cookieNames(base.startsWith('https:'))
  const { [name]: _, ...others } = cookies
  const proof = await askNextAuth(options, { action: 'csrf', base, cookies: others })
  const line = proof.cookies.find((one) => one.startsWith(`${name}=`)) ?? ''
  const value = decodeURIComponent(line.slice(name.length + 1).split(';', 1)[0] ?? '')
  const [csrfToken = ''] = value.split('|')
  return askNextAuth(options, {
    ...call,
    method: 'POST',
    cookies: { ...others, [name]: value },
    body: { ...body, csrfToken },
  })
}

function withoutProviders(base: string): AuthOptions {
  return { ...sessionOptions(base), providers: [] }
}

async function issuersLogout(base: string): Promise<string> {
  const found = await issuerKeys().catch(() => undefined)
  const endpoint = found?.metadata.end_session_endpoint
  if (endpoint === undefined) return base
  const url = new URL(endpoint)
  url.searchParams.set('client_id', registration().client.id)
  url.searchParams.set('post_logout_redirect_uri', base)
  return url.href
}

/** A path of this app, and nothing else, whatever the link says. */
function pathOf(base: string, returnTo: string | null): string {
  const url = URL.parse(returnTo ?? '', base)
  return url?.origin === base && returnTo?.startsWith('/') ? url.href : `${base}/integrations`
}

function failed(cause: unknown, base: string): NextResponse {
  logEvent('warn', 'login_failed', { code: codeOf(cause), cause })
  return NextResponse.redirect(unavailable(base), 303)
}

function unavailable(base: string): string {
  return `${base}/unavailable?error=temporarily_unavailable`
}

function answer(told: Told, location = '/'): NextResponse {
  const response = new NextResponse(null, { status: 303, headers: { location } })
  response.headers.set('cache-control', 'no-store')
  // Its CSRF token has served: we have sent it ourselves.
  const needed = told.cookies.filter((cookie) => !/^__(Host-)?login_csrf=/.test(cookie))
  return withCookies(response, needed)
}

function withCookies(response: NextResponse, cookies: readonly string[]): NextResponse {
  for (const cookie of cookies) response.headers.append('set-cookie', cookie)
  return response
}
