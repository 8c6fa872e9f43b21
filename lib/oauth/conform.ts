import type { WireResponse } from '#lib/providers/quirks'
import { isObject, type Members, readMembers, readMembersOrList } from './members.ts'
import { isBlank, isToken } from './token-response.ts'

/**
 * Turns the off-standard answers that many token endpoints give into what RFC 6749 §5 asks for: JSON,
 * errors with 400, success with 200. What cannot be read, or can be read in two ways, is left out:
 * nobody after this may see more in it than we did.
 * @param sent the refresh token that this answers, if it does: then tokens count more than an `error`
 *   beside them
 */
export function conform(response: WireResponse, sent?: string): WireResponse {
  const members = readMembers(response)
  if (!members) return { ...response, body: '' }
  const isSuccess = response.status < 300
  const isRenewal = isSuccess && sent !== undefined && hasNewToken(members, sent)
  const isError = !isBlank(members.error) && members.error !== 0 && members.error !== '0'
  const hasError = isError && !isRenewal
  if (!hasError && isSuccess) delete members.error
  return asJson({ ...response, status: standardStatus(response.status, hasError) }, members)
}

/** The members of a userinfo answer as JSON, whatever they came as. */
export function conformUserinfo(response: WireResponse): WireResponse {
  const members = readMembersOrList(response)
  return members ? asJson(response, members) : { ...response, body: '' }
}

/**
 * What a refresh brought although its answer is no JSON object with tokens in it: cut short, spoilt by
 * `NaN` or a warning before it, a list, a wrapper that nobody described. The old token may be dead by now,
 * so a new one that stands there as a member, and once, is taken.
 * @param final the answer once everything has read it, in whose place another is given if need be
 */
export function salvaged(final: WireResponse, raw: WireResponse, sent: string): WireResponse {
  if (raw.status >= 300 || final.status >= 300 || hasNewToken(membersOf(final), sent)) return final
  const found = Object.fromEntries(
    (['access_token', 'refresh_token'] as const).flatMap((name) => {
      const value = onlyValue(raw.body, name)
      return value === undefined ? [] : [[name, value]]
    }),
  )
  return hasNewToken(found, sent) ? asJson(final, found) : final
}

function onlyValue(text: string, name: 'access_token' | 'refresh_token'): string | undefined {
  const values = new Set<string>()
  for (const [, quoted] of text.matchAll(asMember[name])) {
    if (quoted === undefined) continue
    // No escape that JSON does not have can be in it: `\/` is what PHP writes.
    values.add(quoted.replaceAll('\\/', '/'))
  }
  const [value] = values
  return values.size === 1 && isToken(value) ? value : undefined
}

const asMember = {
  access_token: /"access_token"\s{0,8}:\s{0,8}"((?:[^"\\\s]|\\\/){1,65536})"/g,
  refresh_token: /"refresh_token"\s{0,8}:\s{0,8}"((?:[^"\\\s]|\\\/){1,65536})"/g,
}

function membersOf({ body }: WireResponse): Members {
  try {
    const value: unknown = JSON.parse(body)
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

function hasNewToken({ access_token, refresh_token }: Members, sent: string): boolean {
  return isToken(access_token) || (isToken(refresh_token) && refresh_token !== sent)
}

function standardStatus(status: number, hasError: boolean): number {
  if (hasError && status < 400) return 400
  return status > 200 && status < 300 ? 200 : status
}

function asJson(response: WireResponse, members: Members): WireResponse {
  const headers = new Headers(response.headers)
  headers.set('content-type', 'application/json')
  return { status: response.status, headers, body: JSON.stringify(members) }
}
