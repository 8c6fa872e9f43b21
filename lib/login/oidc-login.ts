import { type NextRequest, NextResponse } from 'next/server'
import { GrantkeeperError } from '#lib/errors'
import { loginCookies } from '#lib/own-cookies'
import { logEvent } from '#lib/telemetry'
import { failedLogin, issuerAway, knownError, loginFailure } from './failure.ts'
import { askNextAuth, postToNextAuth } from './next-auth.ts'
import { answer } from './oidc-answer.ts'
import { cookieNames, oidcOptions } from './oidc-options.ts'

/**
 * Begins a login, at a plain link. next-auth wants a POST with its CSRF token for that, from a page of its
 * own: we send it for the browser. What binds the login to the browser are state, nonce and PKCE.
 */
export async function logIn(request: NextRequest, base: string): Promise<NextResponse> {
  const { searchParams } = request.nextUrl
  const organization = searchParams.get('organization')
  const failures: unknown[] = []
  const told = await postToNextAuth(await oidcOptions(base, (error) => failures.push(error)), {
    ...{ action: 'signin', base, cookies: {} },
    query: organization ? { organization } : {},
    body: { callbackUrl: pathOf(base, searchParams.get('returnTo')) },
  })
  if (new URL(told.location ?? base, base).origin === base) throw failureOf(failures)
  return answer(told, told.location)
}

/** Ends a login at next-auth's callback, to which the issuer leads the browser back. */
export async function finishLogin(request: NextRequest, base: string): Promise<NextResponse> {
  const failures: unknown[] = []
  try {
    const options = await oidcOptions(base, (error) => failures.push(error))
    const cookies = loginCookies(request.headers.get('cookie'))
    // An error is taken from the answer to a login of this browser alone; next-auth would take any.
    if (!cookies[cookieNames(base.startsWith('https:')).state]) throw loginFailure('invalid_state')
    const query = responseOf(request.nextUrl.searchParams)
    const told = await askNextAuth(options, { action: 'callback', base, cookies, query })
    // Its own pages are for what failed: a stale tab, a refusal. Ours has a way on.
    const { origin, pathname } = new URL(told.location ?? '/api/auth/error', base)
    const isDone = origin === base && !pathname.startsWith('/api/auth/')
    const end = isDone ? told.location : failed(failureOf(failures), base)
    return forgetLogin(answer(told, end), base)
  } catch (error) {
    return NextResponse.redirect(failed(asFailure(error), base), 303)
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

/** Logs why, and says where that ends. */
function failed(failure: GrantkeeperError, base: string): string {
  const { code, cause } = failure
  logEvent('warn', 'login_failed', { code, outcome: knownError(saidIn(cause)), cause })
  return base + failedLogin(failure)
}

function asFailure(error: unknown): GrantkeeperError {
  return error instanceof GrantkeeperError ? error : issuerAway(error)
}

/** By what next-auth was last told: of a state that fits no login it says nothing of the standard's. */
function failureOf(failures: readonly unknown[]): GrantkeeperError {
  const error = failures.at(-1)
  const said = saidIn(error)
  if (knownError(said) !== 'other') return loginFailure(said, error)
  return error === undefined || isStale(error)
    ? loginFailure('invalid_state', error)
    : issuerAway(error)
}

/** openid-client writes the issuer's code in front: `invalid_client (…)`. */
function saidIn(error: unknown): string | undefined {
  return error instanceof Error ? /^[a-z_]{1,40}(?=$| \()/.exec(error.message)?.[0] : undefined
}

/** What next-auth and openid-client say where a cookie of the login is missing, or the answer is another's. */
function isStale(error: unknown): boolean {
  return (
    error instanceof Error &&
    /cookie was missing|mismatch|missing from the response|could not be parsed/i.test(error.message)
  )
}
