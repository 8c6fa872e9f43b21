import * as oauth from 'oauth4webapi'
import { codeOf } from '#lib/errors'
import type { WireResponse } from '#lib/providers/quirks'
import { clientAuthentication } from './client-authentication.ts'
import { isDeclared } from './declared-refusal.ts'
import { isObject } from './members.ts'
import { asAuthorizationServer, type ResolvedProvider } from './metadata.ts'
import type { Lane } from './outbound.ts'
import { type Refusal, readRefusal } from './refusal.ts'
import { type Renewed, readRenewed } from './token-response.ts'
import { badAnswerOf, wasNeverSent } from './unsent.ts'
import { wire } from './wire.ts'

/**
 * What came of sending a refresh token. `unanswered`: it was sent, and whether the provider has
 * replaced it is not known. `unreadable`: neither is it here, but an answer came, and would be no
 * better a second time.
 */
export type RefreshOutcome =
  | { kind: 'tokens'; tokens: Renewed }
  | Refusal
  | { kind: 'unanswered' | 'unreadable'; cause: unknown }

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
  let heard: WireResponse | undefined
  try {
    const response = await oauth.refreshTokenGrantRequest(
      asRefreshServer(provider),
      { client_id: provider.client.id },
      await clientAuthentication(provider),
      refreshToken,
      {
        ...wire(provider, 'token', {
          lane,
          sent: refreshToken,
          heard: (answer) => {
            heard = answer
          },
        }),
        additionalParameters: parameters,
      },
    )
    return await read(provider, response, { sentAt, sent: refreshToken, heard })
  } catch (cause) {
    if (codeOf(cause) === 'provider_misconfigured')
      return { kind: 'misconfigured', isCertain: true, cause }
    return { ...withoutAnswer(cause), cause }
  }
}

function asRefreshServer(provider: ResolvedProvider): oauth.AuthorizationServer {
  const token_endpoint = provider.refresh_endpoint ?? provider.token_endpoint
  return { ...asAuthorizationServer(provider), token_endpoint }
}

async function read(
  provider: ResolvedProvider,
  response: Response,
  { heard, ...asked }: { sentAt: number; sent: string; heard: WireResponse | undefined },
): Promise<RefreshOutcome> {
  const body: unknown = await response.json().catch(() => undefined)
  const declared = provider.refresh_errors
  if (!response.ok) return readRefusal(response, body, { heard, declared })
  const tokens = isObject(body) ? readRenewed(provider, body, asked) : undefined
  if (tokens) return { kind: 'tokens', tokens }
  // A success without tokens, which the entry knows by its words.
  if (heard && isDeclared(declared, heard)) return readRefusal(response, body, { heard, declared })
  return { kind: 'unreadable', cause: new Error('no token in the answer') }
}

/** What it means that nothing could be read, by what was thrown. */
function withoutAnswer(
  error: unknown,
):
  | { kind: 'unavailable' | 'unanswered' | 'unreadable' }
  | { kind: 'misconfigured'; isPage: true; isAddress: true; error: string } {
  const bad = badAnswerOf(error)
  // The endpoint has moved: whoever set it up must say where to.
  if (bad === 'redirected')
    return { kind: 'misconfigured', isPage: true, isAddress: true, error: bad }
  if (bad) return { kind: 'unreadable' }
  return { kind: wasNeverSent(error) ? 'unavailable' : 'unanswered' }
}
