import { Auth0Client } from '@auth0/nextjs-auth0/server'
import { headers } from 'next/headers'
import { type NextRequest, NextResponse } from 'next/server'
import { env } from '#lib/env'
import { oncePerProcess } from '#lib/process'
import type { LoginDriver } from './driver.ts'

/** Login by Auth0, or by what behaves as an Auth0 tenant does. */
export const auth0Driver: LoginDriver = {
  identity: async () => {
    if (hasTwoSessions((await headers()).get('cookie'))) return null
    const session = await client().getSession()
    const { sub, org_id, name, email } = session?.user ?? {}
    if (typeof sub !== 'string' || sub === '') return null
    return { issuer: issuer(), sub, org: text(org_id), name: text(name), email: text(email) }
  },
  loginPath: (returnTo) => `/auth/login?returnTo=${encodeURIComponent(returnTo)}`,
  logoutPath: '/auth/logout',
  handle: async (request: NextRequest) => {
    const path = request.nextUrl.pathname
    const isAnswered = routes.has(path) || !/^\/(auth|me|my-org)(\/|$)/.test(path)
    return isAnswered ? client().middleware(request) : new NextResponse(null, { status: 404 })
  },
}

// The SDK answers more than these; what the app does not use is not there.
const routes = new Set(['/auth/login', '/auth/logout', '/auth/callback'])

function client(): Auth0Client {
  return oncePerProcess('auth0', openClient)
}

function openClient(): Auth0Client {
  const { APP_BASE_URL, ...settings } = env()
  const isSecure = APP_BASE_URL.every((url) => url.startsWith('https:'))
  return new Auth0Client({
    domain: settings.AUTH0_DOMAIN,
    clientId: settings.AUTH0_CLIENT_ID,
    clientSecret: settings.AUTH0_CLIENT_SECRET,
    secret: settings.AUTH0_SECRET,
    // Never inferred from the request: forwarded headers can be forged.
    appBaseUrl: APP_BASE_URL,
    signInReturnToPath: '/integrations',
    allowInsecureRequests: settings.ALLOW_INSECURE_LOCALHOST,
    authorizationParameters: { scope: 'openid profile email' },
    enableAccessTokenEndpoint: false,
    enableTelemetry: false,
    session: { cookie: { name: sessionName(isSecure), secure: isSecure } },
    transactionCookie: { prefix: isSecure ? '__Host-login_' : '__login_', secure: isSecure },
  })
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
  const domain = env().AUTH0_DOMAIN
  return `${domain.includes('://') ? domain.replace(/\/$/, '') : `https://${domain}`}/`
}

function text(claim: unknown): string {
  return typeof claim === 'string' ? claim : ''
}
