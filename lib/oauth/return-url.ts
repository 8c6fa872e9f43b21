import { env } from '#lib/env'
import { type ErrorCode, GrantkeeperError } from '#lib/errors'

/** Where a browser may be sent at the end of an attempt: parsed, allowed, absolute. */
export type ReturnUrl = { href: string; host: string; path: string }

/**
 * The one strict parser of `return_to`: an absolute URL under `RETURN_URLS`, or a path of this app
 * that is a page. What it returns is the normalised absolute form, to be used as it is from here on.
 * @param raw the values as decoded once from the query; none means `/integrations`
 * @throws {GrantkeeperError} `invalid_return_to`
 */
export function parseReturnTo(raw: string | string[] | null | undefined, base: string): ReturnUrl {
  const values = (Array.isArray(raw) ? raw : [raw]).filter(
    (value) => value !== null && value !== undefined,
  )
  if (values.length > 1) throw new GrantkeeperError('invalid_return_to')
  const url = parseStrictly(values[0] || '/integrations', base)
  if (!url || !isAllowed(url, base)) throw new GrantkeeperError('invalid_return_to')
  return { href: url.href, host: url.host, path: url.pathname }
}

/**
 * Where a SPA completes what it began: one of `SPA_COMPLETION_URLS`, exactly, and of the origin that asks.
 * @throws {GrantkeeperError} `invalid_return_to`
 */
export function parseCompletionUrl(raw: string, origin: string): ReturnUrl {
  const isRegistered = env().SPA_COMPLETION_URLS.includes(raw)
  if (!isRegistered || new URL(raw).origin !== origin)
    throw new GrantkeeperError('invalid_return_to')
  const { href, host, pathname } = new URL(raw)
  return { href, host, path: pathname }
}

/** Where errors go before a return URL is known to be good. */
export function defaultReturn(base: string): ReturnUrl {
  return parseReturnTo(null, base)
}

/**
 * The return URL with the outcome in its query, before any fragment. It always carries a fragment of
 * its own (a bare `#`), so that a browser re-attaches none of the provider's (RFC 9110 §10.2.2).
 */
export function resultUrl(returnTo: Pick<ReturnUrl, 'href'>, outcome: Outcome): string {
  const url = new URL(returnTo.href)
  const kept = url.search.slice(1).split('&').filter(isTheirs)
  const added = [
    ...(outcome.provider ? [`integration=${outcome.provider}`] : []),
    ...statusOf(outcome),
  ]
  // A handle is in the fragment: no server, and no page but the one that asked, is sent it.
  const fragment = outcome.handle ? `#handle=${outcome.handle}` : url.hash || '#'
  return `${url.origin}${url.pathname}?${[...kept, ...added].join('&')}${fragment}`
}

export type Outcome = {
  provider?: string | undefined
  error?: ErrorCode | undefined
  /** Of a code that waits for its SPA. */
  handle?: string | undefined
}

function statusOf({ error, handle }: Outcome): string[] {
  if (error) return ['status=error', `error=${error}`]
  return [handle ? 'status=pending' : 'status=connected']
}

/** Characters that URL parsers strip, turn round or decode differently, and what bad text becomes. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is for
const unsafeCharacters = /[\u0000-\u0020\u007f\\\ufffd\ud800-\udfff]/u
const asciiAuthority = /^https?:\/\/(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d*)?(?=[/?#]|$)/i
const dotSegment = /(?:^|\/)(?:\.|%2e){1,2}(?=\/|$)/i

function parseStrictly(raw: string, base: string): URL | undefined {
  if (raw.length > 512 || unsafeCharacters.test(raw)) return
  const isPath = /^\/(?!\/)/.test(raw)
  if (!isPath && !asciiAuthority.test(raw)) return
  const path = raw.replace(asciiAuthority, '').replace(/[?#].*$/s, '')
  if (dotSegment.test(path) || !URL.canParse(raw, base)) return
  const url = new URL(raw, base)
  // Percent-encoding can make nine characters of one; the sealed cookie must stay a cookie.
  return url.pathname.startsWith('//') || url.href.length > 1024 ? undefined : url
}

function isAllowed(url: URL, base: string): boolean {
  if (url.origin === base || env().APP_BASE_URL.includes(url.origin)) return isPage(url.pathname)
  return env().RETURN_URLS.some((pattern) => pattern.matches(url))
}

const notPages = new Set(['api', 'auth', 'me', 'my-org', '_next'])

/** False for routes and for what the login driver answers: they would act, not show. */
function isPage(pathname: string): boolean {
  try {
    const [first = ''] = decodeURIComponent(pathname).split(/[/\\]/).filter(Boolean)
    return !notPages.has(first.toLowerCase())
  } catch {
    return false
  }
}

const ours = new Set(['integration', 'status', 'error', 'code', 'state'])

function isTheirs(part: string): boolean {
  const [name = ''] = new URLSearchParams(part).keys()
  return part !== '' && !ours.has(name)
}
