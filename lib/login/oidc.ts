import { headers } from 'next/headers'
import { type NextRequest, NextResponse } from 'next/server'
import { baseUrlFor } from '#lib/env'
import type { LoginDriver } from './driver.ts'
import { logIn } from './oidc-login.ts'
import { logOut } from './oidc-logout.ts'
import { prolong } from './oidc-prolong.ts'
import { readOidcSession } from './oidc-session.ts'

/** Login by any OpenID issuer, with next-auth. */
export const oidcDriver: LoginDriver = {
  identity: async () => {
    const isSecure = baseUrlFor(null).startsWith('https:')
    const found = await readOidcSession((await headers()).get('cookie'), isSecure)
    if (!found) return null
    const { issuer, sub, org, name, email, sid, since } = found
    // Sessions from before had no name of their own: user and time tell them apart well enough.
    const id = found.id || `session:${sub} ${since}`
    return { issuer, sub, org, name, email, session: { id, sid, since } }
  },
  loginPath: (returnTo) => `/auth/login?returnTo=${encodeURIComponent(returnTo)}`,
  logoutPath: '/auth/logout',
  logOut: (request) => logOut(request, baseUrlFor(request.headers.get('host'))),
  handle: async (request: NextRequest) => {
    const base = baseUrlFor(request.headers.get('host'))
    const { pathname } = request.nextUrl
    if (request.method === 'GET' && pathname === '/auth/login') return logIn(request, base)
    // The same paths are taken as the other driver takes: what links to them stays right.
    const isReserved = /^\/(auth|me|my-org)(\/|$)/.test(pathname)
    return isReserved ? new NextResponse(null, { status: 404 }) : prolong(request, base)
  },
}
