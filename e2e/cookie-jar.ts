export type Cookie = {
  name: string
  value: string
  host: string
  /** False: sent to subdomains too (it had a Domain attribute). */
  isHostOnly: boolean
  path: string
  isSecure: boolean
  /** In ms since the epoch; undefined ends with the browser. */
  expiresAt: number | undefined
  /** The raw Set-Cookie line. */
  line: string
}

export type CookieJar = {
  store: (lines: readonly string[], url: URL) => void
  /** The Cookie header for a request, longest path first, then oldest first (RFC 6265 §5.4). */
  header: (url: URL) => string | undefined
  all: () => readonly Cookie[]
  get: (name: string) => Cookie | undefined
  remove: (name: string) => void
  /** Puts the cookies of an earlier `all()` back. */
  restore: (cookies: readonly Cookie[]) => void
}

/** A cookie jar as browsers have it: by host and path, ports do not count. */
export function cookieJar(): CookieJar {
  // A Map keeps the order of creation, and an update keeps the place (RFC 6265 §5.3 step 11.3).
  let cookies = new Map<string, Cookie>()
  const live = () => [...cookies.values()].filter(({ expiresAt }) => isFuture(expiresAt))
  return {
    store(lines, url) {
      for (const cookie of lines.map((line) => parse(line, url)))
        if (cookie && isFuture(cookie.expiresAt)) cookies.set(keyOf(cookie), cookie)
        else if (cookie) cookies.delete(keyOf(cookie))
    },
    header(url) {
      const sent = live()
        .filter((cookie) => matches(cookie, url))
        .toSorted((a, b) => b.path.length - a.path.length)
      return sent.map(({ name, value }) => `${name}=${value}`).join('; ') || undefined
    },
    all: live,
    get: (name) => live().find((cookie) => cookie.name === name),
    remove(name) {
      for (const [key, cookie] of cookies) if (cookie.name === name) cookies.delete(key)
    },
    restore(kept) {
      cookies = new Map(kept.map((cookie) => [keyOf(cookie), cookie]))
    },
  }
}

function parse(line: string, url: URL): Cookie | undefined {
  const [pair = '', ...rest] = line.split(';').map((part) => part.trim())
  const attributes = new Map(rest.map(attribute))
  const at = pair.indexOf('=')
  const domain = attributes.get('domain')?.replace(/^\./, '').toLowerCase()
  const cookie: Cookie = {
    name: pair.slice(0, at),
    value: pair.slice(at + 1),
    host: domain || url.hostname,
    isHostOnly: !domain,
    path: attributes.get('path')?.startsWith('/') ? (attributes.get('path') ?? '/') : folder(url),
    isSecure: attributes.has('secure'),
    expiresAt: expiryOf(attributes),
    line,
  }
  return at > 0 && isAcceptable(cookie, url) ? cookie : undefined
}

function attribute(part: string): [string, string] {
  const at = part.indexOf('=')
  return at < 0
    ? [part.toLowerCase(), '']
    : [part.slice(0, at).toLowerCase().trim(), part.slice(at + 1).trim()]
}

/** Max-Age wins over Expires (RFC 6265 §5.3 step 3). */
function expiryOf(attributes: Map<string, string>): number | undefined {
  const maxAge = attributes.get('max-age')
  if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) return Date.now() + Number(maxAge) * 1000
  const expires = Date.parse(attributes.get('expires') ?? '')
  return Number.isNaN(expires) ? undefined : expires
}

function isAcceptable({ name, host, isHostOnly, isSecure, path }: Cookie, url: URL): boolean {
  if (isSecure && !isTrustworthy(url)) return false
  if (name.startsWith('__Secure-') && !isSecure) return false
  if (name.startsWith('__Host-') && !(isSecure && isHostOnly && path === '/')) return false
  return isWithin(url.hostname, host)
}

function matches({ host, isHostOnly, path, isSecure }: Cookie, url: URL): boolean {
  if (isSecure && !isTrustworthy(url)) return false
  if (isHostOnly ? url.hostname !== host : !isWithin(url.hostname, host)) return false
  const { pathname } = url
  return pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`)
}

/** Chromium keeps Secure cookies on http://localhost. */
function isTrustworthy({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || isWithin(hostname, 'localhost')
}

function isWithin(hostname: string, domain: string): boolean {
  return hostname === domain || hostname.endsWith(`.${domain}`)
}

/** The default path (RFC 6265 §5.1.4). */
function folder({ pathname }: URL): string {
  return pathname.slice(0, pathname.lastIndexOf('/')) || '/'
}

function isFuture(time: number | undefined): boolean {
  return time === undefined || time > Date.now()
}

function keyOf({ name, host, path }: Cookie): string {
  return `${host} ${path} ${name}`
}
