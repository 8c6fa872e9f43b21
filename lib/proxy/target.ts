import { GrantkeeperError } from '#lib/errors'
import type { Provider } from '#lib/providers/schema'
import { forwardedQuery } from './query.ts'

/** Where a call wants to go: the path below the prefix and the query, raw as they were sent. */
export type Wish = {
  /** Without a leading slash, and still percent-encoded. */
  path: string
  /** With its `?`, or empty. */
  query: string
  /** One of the entry's `api`, exactly; the first where none is named. */
  api?: string | undefined
}

/**
 * The URL that a call goes to: under one of the prefixes that the entry lists, or nowhere. A path that
 * any server on the way might read as another one is refused, not mended.
 * @throws {GrantkeeperError} `forbidden` where no such prefix is listed, `invalid_request` for the path or
 *   a parameter
 */
export function resolveTarget(
  { api, api_query }: Pick<Provider, 'api'> & Partial<Pick<Provider, 'api_query'>>,
  wish: Wish,
): URL {
  const prefix = wish.api === undefined ? api[0] : api.find((listed) => listed === wish.api)
  if (prefix === undefined) throw new GrantkeeperError('forbidden')
  if (!isPlain(wish.path)) throw new GrantkeeperError('invalid_request')
  const base = new URL(prefix.endsWith('/') ? prefix : `${prefix}/`)
  const target = new URL(base.href + wish.path)
  // What the parser still changed is what nobody has looked at.
  if (target.href !== base.href + wish.path) throw new GrantkeeperError('invalid_request')
  target.search = forwardedQuery(wish.query, api_query)
  return target
}

/** Longer ones are no API's, and some servers cut them off. */
const maxPathLength = 2048

/** RFC 3986 §3.3 without `;`: some servers drop path parameters, and `..;/` becomes `../`. */
const pathCharacters = /^(?:[A-Za-z0-9\-._~!$&'()*+,=:@/]|%[0-9A-Fa-f]{2})+$/

function isPlain(path: string): boolean {
  if (path.length > maxPathLength || !pathCharacters.test(path)) return false
  const segments = path.replace(/(?<=.)\/$/, '').split('/')
  return segments.every((segment) => readings(segment).every(isName))
}

/** What servers may take a segment for: as it is decoded, and with look-alikes of dots and slashes. */
function readings(segment: string): string[] {
  try {
    const decoded = decodeURIComponent(segment)
    return [decoded, decoded.normalize('NFKC')]
  } catch {
    return ['']
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is for
const delimiters = /[\u0000-\u001f\u007f/\\;?#]|%[0-9a-f]{2}/i

/** False for what separates, climbs or would be decoded once more. */
function isName(text: string): boolean {
  return !/^\s*\.{0,2}\s*$/.test(text) && !delimiters.test(text)
}
