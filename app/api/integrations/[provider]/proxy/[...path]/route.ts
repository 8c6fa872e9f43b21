import type { NextRequest } from 'next/server'
import { assertOwnPage } from '#app/api/cookie-guard'
import { codeOf, GrantkeeperError, problem } from '#lib/errors'
import { type ApiCall, callApi } from '#lib/integrations/call-api'
import { findProvider, type OfferedProvider } from '#lib/providers/provider'
import { currentUser, type User } from '#lib/session'
import { logEvent } from '#lib/telemetry'
import { inert } from './inert'

export const dynamic = 'force-dynamic'

/** A call to the third party's API with the user's access token, which never reaches the browser. */
async function handle(request: NextRequest, { params }: Context): Promise<Response> {
  let provider: OfferedProvider | undefined
  try {
    const user = await userOf(request)
    provider = findProvider((await params).provider)
    const answer = await callApi(user, callOf(request, provider))
    return inert(new Response(answer.body, answer))
  } catch (error) {
    const code = codeOf(error)
    logEvent('warn', 'proxy_refused', { provider: provider?.id ?? 'unknown', code, cause: error })
    const response = problem(error)
    if (response.status === 405)
      response.headers.set('allow', provider?.api_methods.join(', ') ?? '')
    return inert(response)
  }
}

export {
  handle as DELETE,
  handle as GET,
  handle as HEAD,
  handle as OPTIONS,
  handle as PATCH,
  handle as POST,
  handle as PUT,
}

type Context = { params: Promise<{ provider: string }> }

/** Who asks, and that they do: a cookie is sent along by whatever page makes the browser call. */
async function userOf({ headers }: NextRequest): Promise<User> {
  assertOwnPage(headers)
  const user = await currentUser()
  if (!user) throw new GrantkeeperError('login_required')
  return user
}

function callOf(request: NextRequest, provider: OfferedProvider): ApiCall {
  const { method, headers, body, signal } = request
  const { pathname, search } = new URL(request.url)
  return {
    provider,
    // Not the decoded `params.path`: what was encoded must not become a slash.
    path: pathname.replace(/^\/api\/integrations\/[^/]+\/proxy\//, ''),
    query: search,
    api: headers.get('grantkeeper-api') ?? undefined,
    grant: headers.get('grantkeeper-grant') ?? undefined,
    ...{ method, headers, body, signal },
  }
}
