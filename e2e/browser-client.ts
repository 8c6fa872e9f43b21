import { type ClientRequest, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { request as httpsRequest, type RequestOptions } from 'node:https'
import { type CookieJar, cookieJar } from './cookie-jar.ts'

/** One answer, as received: nothing followed, nothing hidden. */
export type Answer = {
  method: string
  url: URL
  status: number
  headers: IncomingHttpHeaders
  /** The Set-Cookie lines. */
  setCookies: readonly string[]
  /** The Location resolved against the URL, or undefined. */
  location: URL | undefined
  body: string
}

export type Call = {
  method?: string
  headers?: Record<string, string | string[]>
  body?: string
  /** For this request only, in place of the jar. */
  cookie?: string | undefined
}

export type Visitor = {
  name: string
  jar: CookieJar
  /** Every answer so far, in order. */
  answers: readonly Answer[]
  /** A path of the app or any URL. Cookies are kept, redirects are not followed. */
  get: (url: string | URL, call?: Call) => Promise<Answer>
  /** Follows redirects until an answer is none, or until `stop` says so; ten at most. */
  follow: (url: string | URL, call?: Call, stop?: (answer: Answer) => boolean) => Promise<Answer>
  /** Logs in at the app through the stand-in issuer, for an organization where one is named. */
  login: (user: string, org?: string) => Promise<void>
}

/** A browser without a window: a cookie jar, and requests by hand. */
export function visitor({ name, appUrl }: { name: string; appUrl: string }): Visitor {
  const jar = cookieJar()
  const answers: Answer[] = []
  const get: Visitor['get'] = async (target, call = {}) => {
    const url = new URL(target, appUrl)
    const cookie = Object.hasOwn(call, 'cookie') ? call.cookie : jar.header(url)
    const answer = await send(url, { ...call, cookie })
    jar.store(answer.setCookies, url)
    answers.push(answer)
    return answer
  }
  const follow: Visitor['follow'] = async (target, call, stop) => {
    let answer = await get(target, call)
    for (let hops = 0; answer.location && !stop?.(answer); hops += 1) {
      if (hops === 10) throw new Error(`More than ten redirects from ${target}`)
      answer = await get(answer.location)
    }
    return answer
  }
  return {
    name,
    jar,
    answers,
    get,
    follow,
    login: (user, org) => logIn({ appUrl, user, org, follow }),
  }
}

/** Begins one request, on a connection of its own. Certificates are not checked: all servers are here. */
export function requestTo(url: URL, options: RequestOptions): ClientRequest {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest
  return request(url, { family: 4, agent: false, rejectUnauthorized: false, ...options })
}

/** One request without a jar. */
export function send(url: URL, { method = 'GET', headers, body, cookie }: Call): Promise<Answer> {
  // Browsers know that these names are here (RFC 6761 §6.3); a resolver may not.
  const isBelowLocalhost = url.hostname.endsWith('.localhost')
  return new Promise((resolve, reject) => {
    const outgoing = requestTo(url, {
      method,
      ...(isBelowLocalhost && { hostname: '127.0.0.1', servername: url.hostname }),
      headers: {
        ...(isBelowLocalhost && { host: url.host }),
        ...headers,
        ...(cookie ? { cookie } : {}),
      },
    })
    outgoing.on('error', reject)
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk) => chunks.push(chunk))
      incoming.on('error', reject)
      incoming.on('end', () => {
        const { statusCode = 0, headers } = incoming
        const location = headers.location ? new URL(headers.location, url) : undefined
        const setCookies = headers['set-cookie'] ?? []
        const text = Buffer.concat(chunks).toString('utf8')
        resolve({ method, url, status: statusCode, headers, setCookies, location, body: text })
      })
    })
    outgoing.end(body)
  })
}

async function logIn({
  appUrl,
  user,
  org,
  follow,
}: {
  appUrl: string
  user: string
  org: string | undefined
  follow: Visitor['follow']
}): Promise<void> {
  const page = await follow(`/auth/login${org === undefined ? '' : `?organization=${org}`}`)
  if (!page.url.pathname.startsWith('/u/login/'))
    throw new Error(`The login of ${user} ended at ${page.url} with ${page.status}`)
  const callback = await follow(page.url, chooses(user), ({ url, location }) =>
    isCallback(url, location, appUrl),
  )
  if (callback.status >= 400)
    throw new Error(`The login of ${user} failed with ${callback.status}: ${callback.body}`)
}

function chooses(user: string): Call {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `user=${user}`,
  }
}

/** The app's answer to its own login callback: where it leads to need not be visited. */
function isCallback(url: URL, location: URL | undefined, appUrl: string): boolean {
  const paths = ['/auth/callback', '/api/auth/callback/oidc']
  const isThere = paths.some((path) => url.href.startsWith(`${appUrl}${path}`))
  return isThere && location !== undefined
}
