import { type NextRequest, NextResponse } from 'next/server'
import { codeOf } from '#lib/errors'
import { logEvent } from '#lib/telemetry'
import { askNextAuth, postToNextAuth } from './next-auth.ts'
import { answer } from './oidc-answer.ts'
import { cookieNames, oidcOptions } from './oidc-options.ts'
import { ownCookies } from './oidc-session.ts'

/**
 * Begins a login, at a plain link. next-auth wants a POST with its CSRF token for that, from a page of its
 * own: we send it for the browser. What binds the login to the browser are state, nonce and PKCE.
 */
export async function logIn(request: NextRequest, base: string): Promise<NextResponse> {
  const { searchParams } = request.nextUrl
  const organization = searchParams.get('organization')
  try {
    const told = await postToNextAuth(await oidcOptions(base), {
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
