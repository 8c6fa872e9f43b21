import * as oauth from 'oauth4webapi'
import { codeOf } from '#lib/errors'
import { clientAuthentication } from './client-authentication.ts'
import { asAuthorizationServer, type ResolvedProvider } from './metadata.ts'
import type { Lane } from './outbound.ts'
import { type Refusal, readRefusal } from './refusal.ts'
import { type Tokens, tokenResponse, toTokens } from './token-response.ts'
import { wasNeverSent } from './unsent.ts'
import { wire } from './wire.ts'

/**
 * What came of sending a refresh token. `unanswered`: it was sent, and whether the provider has
 * replaced it is not known.
 */
export type RefreshOutcome =
  | { kind: 'tokens'; tokens: Tokens }
  | Refusal
  | { kind: 'unanswered'; cause: unknown }

/**
 * Sends a refresh token (RFC 6749 §6), once, within `TOKEN_DEADLINE_MS`. It never throws.
 * @param how `withScope: false` leaves out the scope that the entry's `refresh_params` may name; `lane`:
 *   whose connections it takes
 */
export async function refreshTokens(
  provider: ResolvedProvider,
  refreshToken: string,
  { withScope = true, lane = 'people' }: { withScope?: boolean; lane?: Lane } = {},
): Promise<RefreshOutcome> {
  const { scope, ...parameters } = provider.refresh_params
  const isNamed = withScope && scope !== undefined
  return send(provider, refreshToken, isNamed ? { ...parameters, scope } : parameters, lane)
}

async function send(
  provider: ResolvedProvider,
  refreshToken: string,
  parameters: Record<string, string>,
  lane: Lane,
): Promise<RefreshOutcome> {
  const sentAt = performance.now()
  try {
    const response = await oauth.refreshTokenGrantRequest(
      asRefreshServer(provider),
      { client_id: provider.client.id },
      await clientAuthentication(provider),
      refreshToken,
      { ...wire(provider, 'token', lane), additionalParameters: parameters },
    )
    return await read(provider, response, sentAt)
  } catch (cause) {
    if (codeOf(cause) === 'provider_misconfigured') return { kind: 'misconfigured', cause }
    return { kind: wasNeverSent(cause) ? 'unavailable' : 'unanswered', cause }
  }
}

function asRefreshServer(provider: ResolvedProvider): oauth.AuthorizationServer {
  const token_endpoint = provider.refresh_endpoint ?? provider.token_endpoint
  return { ...asAuthorizationServer(provider), token_endpoint }
}

async function read(
  provider: ResolvedProvider,
  response: Response,
  sentAt: number,
): Promise<RefreshOutcome> {
  const body: unknown = await response.json().catch(() => undefined)
  if (!response.ok) return readRefusal(response, body)
  const { success, data } = tokenResponse.safeParse(withoutBlankToken(body))
  // A success that cannot be read may hold the only copy of a new refresh token.
  if (!success) return { kind: 'unanswered', cause: new Error('malformed answer') }
  return { kind: 'tokens', tokens: toTokens(provider, data, sentAt) }
}

/** Some send an empty refresh token, or null, for "keep the one that you have". */
function withoutBlankToken(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('refresh_token' in body)) return body
  const { refresh_token, ...rest } = body
  return refresh_token === '' || refresh_token === null ? rest : body
}
