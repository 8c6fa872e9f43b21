import type { NextRequest, NextResponse } from 'next/server'
import { loginCookies } from '#lib/own-cookies'
import { registration } from './issuer.ts'
import { issuerKeys } from './issuer-keys.ts'
import { postToNextAuth } from './next-auth.ts'
import { answer } from './oidc-answer.ts'
import { sessionOptions } from './oidc-options.ts'

/** Ends the session here, and at the issuer where that can be (OpenID Connect RP-Initiated Logout 1.0). */
export async function logOut(request: NextRequest, base: string): Promise<NextResponse> {
  const cookies = loginCookies(request.headers.get('cookie'))
  const told = await postToNextAuth(sessionOptions(base), { action: 'signout', base, cookies })
  return answer(told, await issuersLogout(base))
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
