import type { Auth0Client } from '@auth0/nextjs-auth0/server'
import { decodeJwt } from 'jose'
import { headers } from 'next/headers'
import { NextRequest, NextResponse } from 'next/server'
import { baseUrlFor, env } from '#lib/env'
import { oncePerProcess } from '#lib/process'
import type { LoginDriver, LoginSession } from './driver.ts'
import { loginIssuer } from './issuer.ts'
import { hasTwoSessions, sessionLife, sessionName, text } from './session-cookie.ts'

/** Login by Auth0, or by what behaves as an Auth0 tenant does. */
export const auth0Driver: LoginDriver = {
  identity: async () => {
    if (hasTwoSessions((await headers()).get('cookie'))) return null
    const session = await (await client(baseUrlFor(null))).getSession()
    const { sub, org_id, name, email } = session?.user ?? {}
    if (!session || typeof sub !== 'string' || sub === '') return null
    const login = loginOf(session.tokenSet.idToken)
    // Sealed while another tenant was set: its users are others, though their subjects may read alike.
    if (!isOurs(login.issuer)) return null
    return {
      ...{ issuer: loginIssuer(), sub, org: text(org_id), name: text(name), email: text(email) },
      session: login.session,
    }
  },
  loginPath: (returnTo) => `/auth/login?returnTo=${encodeURIComponent(returnTo)}`,
  logoutPath: '/auth/logout',
  handle: async (request: NextRequest) => {
    const path = request.nextUrl.pathname
    const sdk = await client(baseUrlFor(request.headers.get('host')))
    const parameters = routes[path]
    if (parameters !== undefined) return sdk.middleware(withOnly(parameters, request))
    const isReserved = /^\/(auth|me|my-org)(\/|$)/.test(path)
    return isReserved ? new NextResponse(null, { status: 404 }) : sdk.middleware(request)
  },
}

/**
 * The routes of the SDK that the app uses; the others are not there. Of what a link may say to it only
 * these parameters get through: a logout would lead wherever `returnTo` says as far as the tenant lets
 * it, and a login would hand all the rest to Auth0, or obey it (`challengeMode=popup`).
 */
const routes: Record<string, 'all' | readonly string[]> = {
  '/auth/login': ['returnTo', 'organization', 'organization_name', 'invitation'],
  '/auth/logout': [],
  '/auth/callback': 'all',
}

function withOnly(names: 'all' | readonly string[], request: NextRequest): NextRequest {
  if (names === 'all') return request
  const url = request.nextUrl.clone()
  for (const name of [...url.searchParams.keys()])
    if (!names.includes(name)) url.searchParams.delete(name)
  return new NextRequest(url, { method: request.method, headers: request.headers })
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
    onCallback: async (error, { returnTo }) => afterLogin(base, error ? undefined : returnTo),
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
function afterLogin(base: string, returnTo = '/unavailable?error=login_required'): NextResponse {
  const target = new URL(returnTo, base)
  return NextResponse.redirect(target.origin === base ? target : `${base}/integrations`, 303)
}

/** By the ID token, which the session keeps, sealed: it was verified when it came. */
function loginOf(idToken: string | undefined): { issuer?: string; session: LoginSession } {
  const { iss, sid, iat = 0 } = idToken === undefined ? {} : decodeJwt(idToken)
  const session = { sid: text(sid), since: Math.floor(iat * 1000) }
  return iss === undefined ? { session } : { issuer: iss, session }
}

/** A tenant's name ends with a slash, and that of what behaves as one may not. */
function isOurs(issuer = loginIssuer()): boolean {
  return issuer.replace(/\/$/, '') === loginIssuer().replace(/\/$/, '')
}
