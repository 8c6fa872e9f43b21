/**
 * Whether an answer calls the token that it was asked with, the refresh token, invalid, expired, revoked or
 * unknown: in any of its texts, however deep. Only for answers that are refusals: what a provider says is
 * never more than a hint.
 */
export function callsTokenDead(body: unknown): boolean {
  return (
    textsIn(body).some((text) => isDeadToken(normal(text))) || objectsIn(body).some(isFieldDead)
  )
}

/** Whether it says that the token has been used before (RFC 9700 §4.14.2). */
export function callsTokenReused(body: unknown): boolean {
  return textsIn(body).some((text) => reuse.test(normal(text)))
}

/** Codes that mean a dead refresh token wherever in an answer they stand. */
export function holdsCode(body: unknown, codes: ReadonlySet<string>): boolean {
  return textsIn(body).some((text) => codes.has(text.toLowerCase()))
}

const state =
  '(?:in ?valid|not valid|no longer valid|expired|revoked|unknown|un ?recogni[sz]ed|not recogni[sz]ed|not found|does not exist|inactive|not active|blacklisted|bad)'
const gap = '(?: [a-z0-9]+){0,3}? '
// Discord: Invalid "refresh_token" in request. X: Value passed for the token was invalid. Atlassian:
// refresh_token is invalid. Twitch: Invalid refresh token. Seen in public bug reports, November 2026:
// https://github.com/member-gentei/member-gentei/issues/18
const refreshToken = [
  new RegExp(`\\b${state}(?: or ${state})*(?: the| your)?(?: oauth)? refresh ?token\\b`),
  new RegExp(`\\brefresh ?token\\b(?:${gap}| )(?:is |was |has been |has )?${state}\\b`),
]
/** Without the word refresh: the request held no other token. */
const anyToken = [
  new RegExp(`^(?:the )?${state} token$`),
  new RegExp(
    `\\b(?:the|this|your|provided|given|supplied) token (?:is|was|has|has been)(?: [a-z]+)?? ${state}\\b`,
  ),
  new RegExp(`^token (?:is |was |has been |has )?${state}\\b`),
]
/** Ours to mend: something was left out, or the client is meant. */
const ours = /\b(?:missing|required|require|must|client|access|id|endpoint|type)\b/
const reuse =
  /\b(?:re ?used?|reuse|already (?:been )?(?:used|redeemed|rotated|exchanged)|replay(?:ed)?|used (?:twice|more than once|before))\b/

function isDeadToken(text: string): boolean {
  if (refreshToken.some((pattern) => pattern.test(text))) return !ours.test(text)
  return anyToken.some((pattern) => pattern.test(text)) && !ours.test(text)
}

/** Strava: { "resource": "RefreshToken", "field": "refresh_token", "code": "invalid" }. */
function isFieldDead(object: object): boolean {
  const values = Object.values(object).filter((value) => typeof value === 'string')
  const words = values.map(normal)
  const isMeant = words.some((word) => /^refresh ?token$/.test(word))
  return isMeant && words.some((word) => new RegExp(`^${state}$`).test(word))
}

/** `RefreshToken`, `refresh_token` and `"refresh-token"` are the same words. */
function normal(text: string): string {
  return text
    .slice(0, longest)
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, ' ')
    .trim()
}

const longest = 500

function textsIn(body: unknown): string[] {
  return walk(body).filter((value) => typeof value === 'string')
}

function objectsIn(body: unknown): object[] {
  return walk(body).filter((value) => typeof value === 'object' && value !== null)
}

/** Every value of an answer, up to a number that no honest one has. */
function walk(body: unknown): unknown[] {
  const seen: unknown[] = [body]
  for (let index = 0; index < seen.length && seen.length < mostValues; index += 1) {
    const value = seen[index]
    if (typeof value === 'object' && value !== null)
      seen.push(...Object.values(value).slice(0, mostValues))
  }
  return seen.slice(0, mostValues)
}

const mostValues = 200
