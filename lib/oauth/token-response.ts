import type { OfferedProvider } from '#lib/providers/provider'
import { lifeOf, longestLifeS, numberOf } from './life.ts'
import type { Members } from './members.ts'
import { readScope } from './scope.ts'

/** What a token endpoint gave us (RFC 6749 §5.1). Times are milliseconds since the epoch. */
export type Tokens = {
  accessToken: string
  accessTokenExpiresAt: number | null
  /** The time above is more than ten years away, and stands only where nothing better is known. */
  isLifeDoubtful?: boolean
  refreshToken: string | null
  refreshTokenExpiresAt: number | null
  /** What was granted, or null where the provider does not say: then it is what was asked for. */
  scope: string[] | null
  /** Checked claims of an ID token; empty where `openid` was not asked for. */
  idToken: Record<string, unknown>
  /** The whole answer, for identity that some providers put beside the tokens. */
  response: Record<string, unknown>
}

/** What a refresh brought: perhaps a new refresh token alone. */
export type Renewed = Omit<Tokens, 'accessToken'> & { accessToken: string | null }

/**
 * The tokens of a successful answer to a code, or undefined where they cannot be used. Without a good
 * access token of type Bearer there is no grant, and none with a refresh token that is no token: the
 * user is there, and it would end unnoticed. All else that is odd is ignored.
 * @param sentAt by `performance.now()`, when the request was sent: a token's life begins no later (RFC 6749
 *   §5.1). By that clock, since the other may be set while we wait.
 */
export function readTokens(
  provider: OfferedProvider,
  members: Members,
  sentAt: number,
): Tokens | undefined {
  const { access_token: accessToken, refresh_token: refreshToken } = members
  const isGood =
    isToken(accessToken) &&
    isBearer(provider, members.token_type) &&
    (isBlank(refreshToken) || isToken(refreshToken))
  return isGood ? { ...read(provider, members, sentAt), accessToken } : undefined
}

/**
 * What a successful answer to a refresh token brought, or undefined where it holds no token that can be
 * used. Whatever else is wrong with it, a token that came is kept: the one that was sent may be dead by
 * now. A type that is left out is the type of before.
 * @param sent the refresh token that was sent: the same one again is nothing new
 */
export function readRenewed(
  provider: OfferedProvider,
  members: Members,
  { sentAt, sent }: { sentAt: number; sent: string },
): Renewed | undefined {
  const { access_token, token_type } = members
  const isUsable = isToken(access_token) && (isBlank(token_type) || isBearer(provider, token_type))
  const renewed = read(provider, members, sentAt)
  if (isUsable) return { ...renewed, accessToken: access_token }
  const isNew = renewed.refreshToken !== null && renewed.refreshToken !== sent
  return isNew ? { ...renewed, accessToken: null } : undefined
}

/** Visible ASCII and bounded: a token becomes a header of later requests. */
export function isToken(value: unknown): value is string {
  if (typeof value !== 'string' || isBlank(value)) return false
  return value.length <= 65_536 && /^[\x21-\x7e]+$/.test(value)
}

/**
 * Nothing, as some write it, in forms as a word too: a refresh token of '' or null means "keep the one
 * that you have".
 */
export function isBlank(value: unknown): boolean {
  return [undefined, null, false, '', 'null', 'undefined', 'false'].includes(value as string)
}

/** RFC 6749 §7.1: a token of a type that we do not understand is not used. An entry may name others. */
function isBearer({ token_types = [] }: OfferedProvider, type: unknown): boolean {
  if (isBlank(type)) return token_types.includes('')
  if (typeof type !== 'string') return false
  return ['bearer', ...token_types].some((one) => one.toLowerCase() === type.toLowerCase())
}

function read(
  provider: OfferedProvider,
  members: Members,
  sentAt: number,
): Omit<Tokens, 'accessToken'> {
  const begin = Math.ceil(Date.now() - (performance.now() - sentAt))
  const after = (seconds: number | undefined) =>
    seconds === undefined ? null : begin + Math.round(Math.min(seconds, longestLifeS) * 1000)
  const life = lifeOf(provider, members, begin)
  const refreshLife = numberOf(members.refresh_token_expires_in)
  const isKnown = refreshLife !== undefined && refreshLife > 0 && refreshLife <= 1e10
  return {
    accessTokenExpiresAt: after(life),
    ...(life !== undefined && life > longestLifeS && { isLifeDoubtful: true }),
    refreshToken: isToken(members.refresh_token) ? members.refresh_token : null,
    refreshTokenExpiresAt: isKnown ? begin + Math.round(refreshLife * 1000) : null,
    scope: readScope(provider, members.scope),
    idToken: {},
    response: members,
  }
}
