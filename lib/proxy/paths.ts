import type { OfferedProvider } from '#lib/providers/provider'

type Asked = {
  method: string
  /** Below the prefix, without a leading slash, and still percent-encoded. */
  path: string
}

/**
 * Whether a call only reads, as the entry says; where it does not say, GET and HEAD do (RFC 9110 §9.2.1). A path
 * must be spelt as the list spells it: what a server might also take for it counts as writing.
 */
export function isReading(
  { reads }: Pick<OfferedProvider, 'reads'>,
  { method, path }: Asked,
): boolean {
  const asked = method === 'HEAD' ? 'GET' : method
  if (!Array.isArray(reads)) return asked === 'GET'
  const line = `${asked} /${decode(path) ?? '\0'}`
  return reads.some((pattern) => patternOf(pattern, '$').test(line))
}

type Guarded = Pick<OfferedProvider, 'api' | 'api_except' | 'client'> & {
  [name in (typeof credentialEndpoints)[number]]?: string | undefined
}

/** Where our client authenticates, or a token is given out or ended. */
const credentialEndpoints = [
  'token_endpoint',
  'refresh_endpoint',
  'revocation_endpoint',
  'pushed_authorization_request_endpoint',
] as const

/**
 * Whether a path gives out or ends credentials: one of the entry's own endpoints, or what it excepts. Compared as
 * generous servers read paths: decoded, whatever the case, dots and slashes at the end left out; and whatever
 * prefix was chosen, since hosts of one provider often serve the same.
 */
export function isExcepted(provider: Guarded, path: string): boolean {
  const name = plain(path)
  const isBelow = (own: string) => name === own || name.startsWith(`${own}/`)
  return (
    (provider.api_except ?? []).some((pattern) => patternOf(pattern, '(?:/.*)?$').test(name)) ||
    ownPaths(provider).some(isBelow)
  )
}

/** The entry's credential endpoints as paths below its prefixes, where they lie below one. */
function ownPaths(provider: Guarded): string[] {
  const endpoints = credentialEndpoints.flatMap((name) => provider[name] ?? [])
  return endpoints.flatMap((endpoint) => {
    const whole = place(endpoint.replaceAll('{client_id}', provider.client.id))
    return provider.api.flatMap((prefix) => {
      const base = place(prefix).replace(/\/$/, '')
      return whole.startsWith(`${base}/`) ? [whole.slice(base.length)] : []
    })
  })
}

function place(address: string): string {
  const { hostname, port, pathname } = new URL(address)
  return `${hostname.replace(/\.$/, '')}:${port}${plain(pathname.slice(1))}`
}

/** A path as a server reads it that mends much, with its leading slash. */
function plain(path: string): string {
  const segments = (decode(path) ?? path).normalize('NFKC').toLowerCase().split('/')
  return `/${segments
    .map((segment) => segment.replace(/[.\s]+$/, ''))
    .filter(Boolean)
    .join('/')}`
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}

/** A `*` is one segment, or at the end all that follows. Patterns come from entries: they are few. */
function patternOf(text: string, end: string): RegExp {
  const key = text + end
  const known = patterns.get(key)
  if (known) return known
  const escaped = text.replace(/\/$/, '').replace(/[.+$()|[\]{}^?\\]/g, '\\$&')
  const source = escaped.replace(/\*$/, '.*').replace(/\/\*(?=\/)/g, '/[^/]+')
  const pattern = new RegExp(`^${source}${end}`, end === '$' ? '' : 'i')
  patterns.set(key, pattern)
  return pattern
}

const patterns = new Map<string, RegExp>()
