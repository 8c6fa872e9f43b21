import { hash } from 'node:crypto'
import type { SdkError } from '@auth0/nextjs-auth0/errors'
import type { Auth0Client } from '@auth0/nextjs-auth0/server'
import type { SessionData } from '@auth0/nextjs-auth0/types'
import { decodeJwt } from 'jose'
import { headers } from 'next/headers'
import { NextRequest, NextResponse } from 'next/server'
import { baseUrlFor, env } from '#lib/env'
import type { GrantkeeperError } from '#lib/errors'
import { ownCookies } from '#lib/own-cookies'
import { oncePerProcess } from '#lib/process'
import { logEvent } from '#lib/telemetry'
import type { LoginDriver, LoginSession } from './driver.ts'
import { failedLogin, issuerAway, knownError, loginFailure } from './failure.ts'
import { loginIssuer } from './issuer.ts'
import { sessionLife, sessionName, text } from './session-cookie.ts'

/** Login by Auth0, or by what behaves as an Auth0 tenant does. */
export const auth0Driver: LoginDriver = {
  identity: async () => {
    const sdk = await client(baseUrlFor(null))
    // Not from Next's own cookies: of those the SDK reads names that anybody of the domain may set.
    const cookie = ownCookies((await headers()).get('cookie'))
    const session = await sdk.getSession(new NextRequest(baseUrlFor(null), { headers: { cookie } }))
    const { sub, org_id, name, email } = session?.user ?? {}
    if (!session || typeof sub !== 'string' || sub === '') return null
    const login = loginOf(session)
    // Sealed while another tenant was set: its users are others, though their subjects may read alike.
    if (!isOurs(login.issuer)) return null
    return {
      ...{ issuer: loginIssuer(), sub, org: text(org_id), name: text(name), email: text(email) },
      session: login.session,
    }
  },
  loginPath: (returnTo) => `/auth/login?returnTo=${encodeURIComponent(returnTo)}`,
  logoutPath: '/auth/logout',
  logOut: async (request) => {
    const base = baseUrlFor(request.headers.get('host'))
    const answered = await (await client(base)).middleware(asked(request, '/auth/logout'))
    // It answers with an error while the tenant is away: here the session is over all the same.
    return answered.ok || answered.headers.has('location')
      ? answered
      : NextResponse.redirect(`${base}/`, 303)
  },
  handle: async (request: NextRequest) => {
    const path = request.nextUrl.pathname
    const base = baseUrlFor(request.headers.get('host'))
    const sdk = await client(base)
    if (Object.hasOwn(routes, path)) {
      const answered = await sdk.middleware(asked(request, path))
      // A login that cannot begin, which it tells in a line of plain text.
      if (answered.status >= 500) throw issuerAway()
      return answered
    }
    const isReserved = /^\/(auth|me|my-org)(\/|$)/.test(path)
    return isReserved
      ? new NextResponse(null, { status: 404 })
      : sdk.middleware(asked(request, path))
  },
}

/**
 * The routes of the SDK that the app uses; the others are not there. Of what a link may say to it only
 * these parameters get through: a logout would lead wherever `returnTo` says as far as the tenant lets
 * it, and a login would hand all the rest to Auth0, or obey it (`challengeMode=popup`).
 */
const routes: Record<string, 'all' | readonly string[]> = {
  '/auth/login': ['returnTo', 'organization', 'organization_name', 'invitation'],
  '/auth/callback': 'all',
}

/** The request as the SDK may see it: our own cookies, and the parameters that its route may have. */
function asked(request: NextRequest, path: string): NextRequest {
  const url = request.nextUrl.clone()
  url.pathname = path
  url.search = ''
  const allowed = routes[path] ?? []
  for (const [name, value] of request.nextUrl.searchParams)
    if (allowed === 'all' || allowed.includes(name)) url.searchParams.append(name, value)
  const sent = new Headers(request.headers)
  sent.set('cookie', ownCookies(request.headers.get('cookie')))
  return new NextRequest(url, { method: request.method, headers: sent })
}

/**
 * One a base URL: given several, the SDK would choose by forwarded headers, which can be forged, and
 * fail where none fits.
 */
function client(base: string): Promise<Auth0Client> {
  return oncePerProcess(`auth0 ${base}`, () => openClient(base))
}

async function openClient(base: string): Promise<Auth0Client> {
  // Not loaded where the other driver is in use.
  const { Auth0Client } = await import('@auth0/nextjs-auth0/server')
  const settings = env()
  const isSecure = base.startsWith('https:')
  return new Auth0Client({
    domain: settings.AUTH0_DOMAIN,
    clientId: settings.AUTH0_CLIENT_ID,
    clientSecret: settings.AUTH0_CLIENT_SECRET,
    secret: settings.AUTH0_SECRET,
    appBaseUrl: base,
    signInReturnToPath: '/integrations',
    allowInsecureRequests: settings.ALLOW_INSECURE_LOCALHOST,
    authorizationParameters: { scope: settings.LOGIN_SCOPE },
    onCallback: async (error, { returnTo }) => afterLogin(base, error, returnTo),
    enableAccessTokenEndpoint: false,
    enableTelemetry: false,
    session: {
      inactivityDuration: sessionLife.idleS,
      absoluteDuration: sessionLife.totalS,
      cookie: { name: sessionName(isSecure), secure: isSecure },
    },
    transactionCookie: { prefix: isSecure ? '__Host-login_' : '__login_', secure: isSecure },
  })
}

/** A login that failed (a stale tab, a refusal) ends on a page with a way on, not on a bare 500. */
function afterLogin(
  base: string,
  error: SdkError | null,
  returnTo = '/integrations',
): NextResponse {
  if (error) return NextResponse.redirect(base + failedLogin(causeOf(error)), 303)
  const target = new URL(returnTo, base)
  return NextResponse.redirect(target.origin === base ? target : `${base}/integrations`, 303)
}

/** Whose matter it is: the SDK tells the step that failed, and mostly the issuer's own code as its cause. */
function causeOf(error: SdkError): GrantkeeperError {
  const said = error.cause instanceof Error && 'code' in error.cause ? error.cause.code : error.code
  const outcome = knownError(said)
  const failure = outcome === 'other' ? issuerAway(error) : loginFailure(outcome, error)
  logEvent('warn', 'login_failed', { code: failure.code, outcome, cause: error })
  return failure
}

/** By the ID token, which the session keeps, sealed: it was verified when it came. */
function loginOf({ tokenSet, internal, user }: SessionData): {
  issuer?: string
  session: LoginSession
} {
  const { idToken } = tokenSet
  const { iss, sid, iat = internal?.createdAt ?? 0 } = idToken ? decodeJwt(idToken) : {}
  // No two logins give the same ID token.
  const name = hash('sha256', idToken ?? `${user.sub} ${iat}`, 'base64url')
  const session = { id: `session:${name}`, sid: text(sid), since: Math.floor(iat * 1000) }
  return iss === undefined ? { session } : { issuer: iss, session }
}

/** A tenant's name ends with a slash, and that of what behaves as one may not. */
function isOurs(issuer = loginIssuer()): boolean {
  return issuer.replace(/\/$/, '') === loginIssuer().replace(/\/$/, '')
}
