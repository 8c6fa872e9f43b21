import { env } from './env.ts'

/**
 * What a Cookie header says under names that this app sets itself; '' where there is nothing. Only this may
 * reach a login library or a page: libraries read further names (the Auth0 SDK `appSession` and `__FC_0`),
 * and what has no `__Host-` before its name may come from any host of the domain.
 */
export function ownCookies(header: string | null, isSecure = isAtHttps()): string {
  const own = ownName(isSecure)
  const pairs = pairsOf(header).filter((pair) => own.test(nameOf(pair)))
  // A session that is there twice: which of them is ours, is open. Long ones have several cookies.
  const sessions = pairs.map(nameOf).filter((name) => session.test(name))
  const isTwice = new Set(sessions).size < sessions.length
  return (isTwice ? pairs.filter((pair) => !session.test(nameOf(pair))) : pairs).join('; ')
}

/** The cookies of the login and its session alone, by name. */
export function loginCookies(
  header: string | null,
  isSecure = isAtHttps(),
): Record<string, string> {
  const pairs = pairsOf(ownCookies(header, isSecure)).map(
    (pair) => [nameOf(pair), decodedOf(pair)] as const,
  )
  return Object.fromEntries(pairs.filter(([name]) => login.test(name)))
}

/** The `Set-Cookie` lines that delete the login and its session. */
export function forgetLogin(header: string | null, isSecure = isAtHttps()): string[] {
  const own = ownName(isSecure)
  const names = namesIn(header, (name) => login.test(name) && own.test(name))
  return names.map((name) => deletion(name, isSecure ? '; Secure' : ''))
}

/**
 * The `Set-Cookie` lines that delete what a login library would have read and we never set. They reach what
 * was set for this host; a parent domain's cookie stays, since it may be another app's, and stays unread.
 */
export function forgetForeign(header: string | null): string[] {
  return namesIn(header, (name) => /^(appSession(\.\d+)?|__FC_\d+)$/.test(name))
    .slice(0, maxForgotten)
    .map((name) => deletion(name))
}

const maxForgotten = 20

/** Who set it can choose its length too: 8 kB of names must not become as much of an answer. */
const nameLength = 80

const session = /^__(Host-)?session((__|\.)\d+)?$/
const login = /^__(Host-)?(session((__|\.)\d{1,2})?|login_[\w-]{1,64})$/

function ownName(isSecure: boolean): RegExp {
  return isSecure
    ? /^(__Host-(session((__|\.)\d{1,2})?|login_[\w-]{1,64}|oauth_tx_[0-9a-f]{16})|theme)$/
    : /^(__session((__|\.)\d{1,2})?|__login_[\w-]{1,64}|oauth_tx_[0-9a-f]{16}|theme)$/
}

function isAtHttps(): boolean {
  return env().APP_BASE_URL.every((url) => url.startsWith('https:'))
}

function pairsOf(header: string | null): string[] {
  return (header ?? '').split(';').map((pair) => pair.trim())
}

function nameOf(pair: string): string {
  return pair.split('=', 1)[0] ?? ''
}

/** As browsers got it, encoded. What cannot be decoded was not set by us. */
function decodedOf(pair: string): string {
  try {
    return decodeURIComponent(pair.slice(nameOf(pair).length + 1))
  } catch {
    return ''
  }
}

function namesIn(header: string | null, isWanted: (name: string) => boolean): string[] {
  const names = new Set(pairsOf(header).map(nameOf))
  return [...names].filter((name) => name.length <= nameLength && isWanted(name))
}

function deletion(name: string, more = ''): string {
  return `${name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax${more}`
}
