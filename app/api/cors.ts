import { env } from '#lib/env'
import { GrantkeeperError } from '#lib/errors'
import { tracing } from '#lib/tracing-headers'

/**
 * Lets the SPAs that are registered read an answer: the origins of `SPA_COMPLETION_URLS`, byte by byte,
 * and never with cookies (Fetch, CORS protocol). Every answer says that it depends on the origin.
 */
export function withCors(request: { headers: Headers }, response: Response): Response {
  response.headers.append('vary', 'Origin')
  const origin = request.headers.get('origin')
  if (origin === null || !isRegistered(origin)) return response
  response.headers.set('access-control-allow-origin', origin)
  const names = [...response.headers.keys()].filter((name) => exposed.test(name))
  if (names.length > 0) response.headers.set('access-control-expose-headers', names.join(', '))
  return response
}

/**
 * The answer to a preflight: what may be asked of this route from there. `more`: headers besides those
 * that every route knows.
 */
export function preflight(
  request: { headers: Headers },
  methods: string,
  more: readonly string[] = [],
): Response {
  const response = new Response(null, { status: 204, headers: { allow: `${methods}, OPTIONS` } })
  const origin = request.headers.get('origin')
  if (origin !== null && isRegistered(origin)) {
    response.headers.set('access-control-allow-methods', methods)
    response.headers.set('access-control-allow-headers', [...allowed, ...more].join(', '))
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

/** Whether a request comes from the page of a SPA that is registered. */
export function isFromSpa({ headers }: { headers: Headers }): boolean {
  return isRegistered(headers.get('origin') ?? '')
}

/** What a SPA's tracing sends along must not keep it from calling: it is allowed, and then left out. */
const allowed = ['authorization', 'content-type', ...tracing]

/** What pages can use of an answer, besides what they may read anyway; of a third party's too. */
const exposed =
  /^(accept-ranges|content-(disposition|range)|etag|link|retry-after|www-authenticate|(x-)?rate-?limit(-[a-z-]+)?)$/

function isRegistered(origin: string): boolean {
  return env().SPA_COMPLETION_URLS.some((url) => new URL(url).origin === origin)
}
