import { env } from '#lib/env'
import { GrantkeeperError } from '#lib/errors'

/**
 * Lets the SPAs that are registered read an answer: the origins of `SPA_COMPLETION_URLS`, byte by byte,
 * and never with cookies (Fetch, CORS protocol). Every answer says that it depends on the origin.
 */
export function withCors(request: { headers: Headers }, response: Response): Response {
  response.headers.append('vary', 'Origin')
  const origin = request.headers.get('origin')
  if (origin === null || !isRegistered(origin)) return response
  response.headers.set('access-control-allow-origin', origin)
  response.headers.set('access-control-expose-headers', exposed)
  return response
}

/** The answer to a preflight: what may be asked of this route from there. */
export function preflight(request: { headers: Headers }, methods: string): Response {
  const response = new Response(null, { status: 204, headers: { allow: `${methods}, OPTIONS` } })
  const origin = request.headers.get('origin')
  if (origin !== null && isRegistered(origin)) {
    response.headers.set('access-control-allow-methods', methods)
    response.headers.set('access-control-allow-headers', allowed)
    response.headers.set('access-control-max-age', '600')
  }
  return withCors(request, response)
}

/**
 * The origin of the SPA that asks, where only a registered one may.
 * @throws {GrantkeeperError} `forbidden`
 */
export function spaOrigin({ headers }: { headers: Headers }): string {
  const origin = headers.get('origin')
  if (origin === null || !isRegistered(origin)) throw new GrantkeeperError('forbidden')
  return origin
}

const allowed = 'authorization, content-type, grantkeeper-api, grantkeeper-grant, idempotency-key'
const exposed = 'retry-after, link, ratelimit, ratelimit-policy, etag'

function isRegistered(origin: string): boolean {
  return env().SPA_COMPLETION_URLS.some((url) => new URL(url).origin === origin)
}
