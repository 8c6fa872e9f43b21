import type { NextRequest, NextResponse } from 'next/server'

/**
 * What stands before each page. It is loaded as somebody first comes to one: Next loads this file for
 * every request, and an instance that serves jobs needs no more of it.
 */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const { gate } = await import('#app/gate')
  return gate(request)
}

export const config = { matcher: ['/((?!api/|_next/|icon\\.svg$).*)'] }
