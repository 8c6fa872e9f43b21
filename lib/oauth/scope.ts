import type { OfferedProvider } from '#lib/providers/provider'

/**
 * The scopes that an answer names, or null where it names none: one text, however separated, or a list of
 * texts. An empty text is no scope (RFC 6749 §3.3), and says nothing.
 */
export function readScope(provider: Separated, scope: unknown): string[] | null {
  const texts = [scope].flat().filter((one) => typeof one === 'string')
  const scopes = texts.flatMap((text) => (text.length > longest ? [] : split(provider, text)))
  return scopes.length > 0 ? [...new Set(scopes)] : null
}

/**
 * With `offline_access` where that was asked for and a refresh token is there: many leave it out of what
 * they name, and the token is the proof that it was granted (OpenID Connect Core §11).
 */
export function withOfflineAccess(
  scope: string[],
  { asked, hasRefreshToken }: { asked: readonly string[]; hasRefreshToken: boolean },
): string[] {
  const isMissing = !scope.includes(offlineAccess) && asked.includes(offlineAccess)
  return isMissing && hasRefreshToken ? [...scope, offlineAccess] : scope
}

const offlineAccess = 'offline_access'
const longest = 16_384

type Separated = Pick<
  OfferedProvider,
  'scope' | 'optional_scope' | 'required_scope' | 'scope_separator'
>

/** Some separate by commas what they were asked for with spaces. A scope may hold a comma, if the entry has it so. */
function split(provider: Separated, text: string): string[] {
  const { scope, optional_scope, required_scope, scope_separator } = provider
  const known = new Set([...scope, ...optional_scope, ...required_scope])
  return text
    .split(scope_separator)
    .flatMap((part) => part.split(/\s+/))
    .flatMap((part) => (known.has(part) ? part : part.split(',')))
    .filter(Boolean)
}
