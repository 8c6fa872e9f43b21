import { parse } from 'tldts'

/** An absolute URL prefix (origin and path) that others may be held against. */
export type UrlPattern = { source: string; matches: (url: URL) => boolean }

/**
 * Reads one entry of `RETURN_URLS`. The host's left-most label may hold one `*`, which stands for
 * letters, digits and hyphens of that one label.
 * @throws {TypeError} with a sentence for the person who configures the app
 */
export function parseUrlPattern(source: string): UrlPattern {
  const [, scheme, host = '', port, path = '/'] =
    /^(https?):\/\/([a-z0-9*.-]+)(?::(\d+))?(\/[^?#*\\%]*)?$/.exec(source) ?? []
  if (!scheme)
    throw new TypeError(`"${source}" is not an absolute URL such as https://app.example.com/app`)
  const literal = `${scheme}://${host.replace('*', 'x')}${port ? `:${port}` : ''}`
  if (!URL.canParse(literal)) throw new TypeError(`"${source}" has no host or port that exists`)
  const origin = new URL(literal)
  const [label = '', ...rest] = host.split('.')
  if (rest.join('').includes('*'))
    throw new TypeError(`"${source}": only the left-most label of a host may hold a *`)
  if (label.includes('*')) assertAnchored(source, label, rest.join('.'))
  const hostPattern = new RegExp(`^${host.replaceAll('.', '\\.').split('*').join('[a-z0-9-]+')}$`)
  const prefix = path.replace(/\/$/, '')
  return {
    source,
    matches: (url) =>
      url.protocol === origin.protocol &&
      url.port === origin.port &&
      hostPattern.test(url.hostname) &&
      isUnder(url.pathname, prefix),
  }
}

/**
 * Reads one entry of `RELAY_HOSTS`: a host, at https unless the entry says otherwise, with a `*` as in
 * `RETURN_URLS`.
 * @throws {TypeError} as `parseUrlPattern`
 */
export function parseHostPattern(entry: string): UrlPattern {
  const source = entry.includes('://') ? entry : `https://${entry}`
  if (/^https?:\/\/[^/]*$/.test(source)) return parseUrlPattern(source)
  throw new TypeError(`"${entry}" is not a host such as my-app-*-my-team.vercel.app`)
}

/** Segment by segment: `/app` covers `/app/x`, and neither `/application` nor `/app/%2e%2e/x`. */
function isUnder(pathname: string, prefix: string): boolean {
  if (prefix === '') return true
  if (/%2f|%5c|%2e/i.test(pathname)) return false
  return pathname === prefix || pathname.startsWith(`${prefix}/`)
}

/**
 * Under a public suffix anybody may take a label. Where a platform gives them out (vercel.app) the
 * wildcard must stand between literal text on both sides, `my-app-*-my-team.vercel.app`; where
 * registries sell them (com) nothing binds what stands around it to you, and there is none.
 */
function assertAnchored(source: string, label: string, parent: string): void {
  const [before = '', after = '', ...more] = label.split('*')
  if (more.length > 0) throw new TypeError(`"${source}" holds more than one *`)
  if (before === '')
    throw new TypeError(`"${source}": text must stand before the *, such as my-app-*`)
  const { publicSuffix, isIcann } = parse(`x.${parent}`, { allowPrivateDomains: true })
  const isShared = publicSuffix === parent
  if (isShared && isIcann)
    throw new TypeError(
      `"${source}": anybody may buy a name under ${parent}; put the * into a label of your own domain`,
    )
  if (isShared && after === '')
    throw new TypeError(
      `"${source}": anybody may take a name under ${parent}; write your team after the *, such as my-app-*-my-team.${parent}`,
    )
}
