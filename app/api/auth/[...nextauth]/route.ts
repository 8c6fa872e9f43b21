import { type NextRequest, NextResponse } from 'next/server'
import { baseUrlFor, env } from '#lib/env'
import { finishLogin } from '#lib/login/oidc-login'

export const dynamic = 'force-dynamic'

/** Where the issuer leads back to with `LOGIN_DRIVER=oidc`. None of next-auth's other routes is there. */
export async function GET(
  request: NextRequest,
  { params }: { params: Promise<{ nextauth: string[] }> },
): Promise<Response> {
  const path = (await params).nextauth.join('/')
  if (env().LOGIN_DRIVER !== 'oidc' || path !== 'callback/oidc')
    return new NextResponse(null, { status: 404 })
  return finishLogin(request, baseUrlFor(request.headers.get('host')))
}

/** A link scanner that only looks must not use up the code. */
export function HEAD(): Response {
  return new NextResponse(null, { status: 405, headers: { allow: 'GET' } })
}
