import { Auth0Client } from '@auth0/nextjs-auth0/server'
import { headers } from 'next/headers'
import { NextRequest, NextResponse } from 'next/server'
import { baseUrlFor, env } from '#lib/env'
import { oncePerProcess } from '#lib/process'
import { auth0Issuer } from './auth0-issuer.ts'
import type { LoginDriver } from './driver.ts'

/** Login by Auth0, or by what behaves as an Auth0 tenant does. */
export const auth0Driver: LoginDriver = {
  issuer,
  identity: async () => {
    if (hasTwoSessions((await headers()).get('cookie'))) return null
    const session = await client(baseUrlFor(null)).getSession()
    const { sub, org_id, name, email } = session?.user ?? {}
    if (typeof sub !== 'string' || sub === '') return null
    return { issuer: issuer(), sub, org: text(org_id), name: text(name), email: text(email) }
  },
  loginPath: (returnTo) => `/auth/login?returnTo=${encodeURIComponent(returnTo)}`,
  logoutPath: '/auth/logout',
  handle: async (request: NextRequest) => {
    const path = request.nextUrl.pathname
    const sdk = client(baseUrlFor(request.headers.get('host')))
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
function client(base: string): Auth0Client {
  return oncePerProcess(`auth0 ${base}`, () => openClient(base))
}

function openClient(base: string): Auth0Client {
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
    authorizationParameters: { scope: 'openid profile email' },
    onCallback: async (error, { returnTo }) => afterLogin(base, error ? undefined : returnTo),
    enableAccessTokenEndpoint: false,
    enableTelemetry: false,
    session: { cookie: { name: sessionName(isSecure), secure: isSecure } },
    transactionCookie: { prefix: isSecure ? '__Host-login_' : '__login_', secure: isSecure },
  })
}

/** A login that failed (a stale tab, a refusal) ends on a page with a way on, not on a bare 500. */
function afterLogin(base: string, returnTo = '/unavailable?error=login_required'): NextResponse {
  const target = new URL(returnTo, base)
  return NextResponse.redirect(target.origin === base ? target : `${base}/integrations`, 303)
}

function sessionName(isSecure: boolean): string {
  return isSecure ? '__Host-session' : '__session'
}

/** A browser sends a name twice when another host or path has set one of them: which is ours, is open. */
function hasTwoSessions(header: string | null): boolean {
  const names = (header ?? '').split(';').map((pair) => pair.trim().split('=', 1)[0] ?? '')
  const sessions = names.filter((name) => /^__(Host-)?session(__\d+)?$/.test(name))
  return new Set(sessions).size < sessions.length
}

function issuer(): string {
  return auth0Issuer(env())
}

function text(claim: unknown): string {
  return typeof claim === 'string' ? claim : ''
}
