import { z } from 'zod'
import type { OfferedProvider } from '#lib/providers/provider'

/** What a token endpoint gave us (RFC 6749 §5.1). Times are milliseconds since the epoch. */
export type Tokens = {
  accessToken: string
  accessTokenExpiresAt: number | null
  refreshToken: string | null
  refreshTokenExpiresAt: number | null
  /** What was granted, or null where the provider does not say: then it is what was asked for. */
  scope: string[] | null
  /** Checked claims of an ID token; empty where `openid` was not asked for. */
  idToken: Record<string, unknown>
  /** The whole answer, for identity that some providers put beside the tokens. */
  response: Record<string, unknown>
}

export type TokenResponse = z.output<typeof tokenResponse>

/** Visible ASCII and bounded: a token becomes a header of later requests. */
const token = z
  .string()
  .max(65_536)
  .regex(/^[\x21-\x7e]+$/)

/** A successful answer, once it went over the wire and was made to conform. */
export const tokenResponse = z.looseObject({
  access_token: token,
  token_type: z.string().regex(/^bearer$/i),
  expires_in: z.number().optional(),
  refresh_token: token.optional(),
  refresh_token_expires_in: z.number().positive().max(1e10).optional().catch(undefined),
  scope: z.string().max(16_384).optional(),
})

/**
 * @param sentAt by `performance.now()`, when the request was sent: a token's life begins no later (RFC 6749
 *   §5.1). By that clock, since the other may be set while we wait.
 */
export function toTokens(
  { scope_separator, access_token_life_s }: OfferedProvider,
  received: TokenResponse,
  sentAt: number,
): Tokens {
  const begin = Math.ceil(Date.now() - (performance.now() - sentAt))
  const expiry = (seconds: number | undefined) => (seconds ? begin + seconds * 1000 : null)
  return {
    accessToken: received.access_token,
    accessTokenExpiresAt: expiry(received.expires_in ?? access_token_life_s),
    refreshToken: received.refresh_token ?? null,
    refreshTokenExpiresAt: expiry(received.refresh_token_expires_in),
    scope:
      received.scope
        ?.split(scope_separator)
        .flatMap((part) => part.split(/\s+/))
        .filter(Boolean) ?? null,
    idToken: {},
    response: received,
  }
}
