import type { NextRequest } from 'next/server'
import { toResponse } from '#app/api/answer'
import { challengingProblem } from '#app/api/api-problem'
import { assertOwnPage } from '#app/api/cookie-guard'
import { isFromSpa, preflight, withCors } from '#app/api/cors'
import { withQuota } from '#app/api/quota-headers'
import { codeOf, GrantkeeperError } from '#lib/errors'
import { type ApiCall, callApi } from '#lib/integrations/call-api'
import { findProvider, type OfferedProvider } from '#lib/providers/provider'
import { isReading } from '#lib/proxy/paths'
import { forwarded } from '#lib/proxy/request-headers'
import { assertWithin, countCall, policies, type Quota } from '#lib/rate-limits'
import { bearerUser, currentUser, type Scope, type User } from '#lib/session'
import { logEvent } from '#lib/telemetry'
import { inert } from './inert'

export const dynamic = 'force-dynamic'

/** A call to the third party's API with the user's access token, which never reaches the browser. */
async function handle(request: NextRequest, { params }: Context): Promise<Response> {
  let provider: OfferedProvider | undefined
  let quota: Quota | undefined
  try {
    const { provider: id } = await params
    const user = await userOf(request, id)
    quota = await countCall(policies.proxy, user.id)
    assertWithin(quota)
    provider = findProvider(id)
    const answer = await callApi(user, callOf(request, provider))
    // With the third party's own limits, if it tells any: ours are told where it is we who refuse.
    return withCors(request, inert(new Response(answer.body, answer)))
  } catch (error) {
    const code = codeOf(error)
    logEvent('warn', 'proxy_refused', { provider: provider?.id ?? 'unknown', code, cause: error })
    const response = toResponse(withQuota(challengingProblem(error), quota))
    if (response.status === 405)
      response.headers.set('allow', provider?.api_methods.join(', ') ?? '')
    return withCors(request, inert(response))
  }
}

/** A preflight of a registered SPA; whatever else is asked by this method is asked of the API. */
async function allow(request: NextRequest, context: Context): Promise<Response> {
  const isPreflight = request.headers.has('access-control-request-method') && isFromSpa(request)
  if (!isPreflight) return handle(request, context)
  const more = offered((await context.params).provider)?.api_forward ?? []
  return inert(preflight(request, methods, [...passed, ...more.map((name) => name.toLowerCase())]))
}

export {
  allow as OPTIONS,
  handle as DELETE,
  handle as GET,
  handle as HEAD,
  handle as PATCH,
  handle as POST,
  handle as PUT,
}

const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE'
const passed = ['grantkeeper-api', 'grantkeeper-grant', ...forwarded]

type Context = { params: Promise<{ provider: string }> }

/**
 * Who asks, and that they do: a cookie is sent along by whatever page makes the browser call, so that
 * with it even reading needs a page of ours.
 */
async function userOf(request: NextRequest, id: string): Promise<User> {
  const { headers } = request
  if (headers.has('authorization')) return bearerUser(headers, scopeOf(request, id))
  assertOwnPage(headers)
  const user = await currentUser()
  if (!user) throw new GrantkeeperError('login_required')
  return user
}

/** The provider, known before it is known who asks: that there is none is told later. */
function offered(id: string): OfferedProvider | undefined {
  try {
    return findProvider(id)
  } catch {
    return undefined
  }
}

function scopeOf(request: NextRequest, id: string): Scope {
  const { method } = request
  const entry = offered(id) ?? { reads: undefined }
  return isReading(entry, { method, path: pathOf(request) })
    ? 'integrations:read'
    : 'integrations:write'
}

/** Not the decoded `params.path`: what was encoded must not become a slash. */
function pathOf({ url }: NextRequest): string {
  return new URL(url).pathname.replace(/^\/api\/integrations\/[^/]+\/proxy\//, '')
}

function callOf(request: NextRequest, provider: OfferedProvider): ApiCall {
  const { method, headers, body, signal } = request
  return {
    provider,
    path: pathOf(request),
    query: new URL(request.url).search,
    api: headers.get('grantkeeper-api') ?? undefined,
    grant: headers.get('grantkeeper-grant') ?? undefined,
    ...{ method, headers, body, signal },
  }
}
