import { hash } from 'node:crypto'
import * as oauth from 'oauth4webapi'
import { z } from 'zod'
import { codeOf, type ErrorCode, GrantkeeperError } from '#lib/errors'
import { clientAuthentication } from './client-authentication.ts'
import { asAuthorizationServer, type ResolvedProvider } from './metadata.ts'
import type { Transaction } from './transaction.ts'
import { wire } from './wire.ts'

/**
 * The URL that begins an attempt at the provider (RFC 6749 §4.1.1, PKCE by RFC 7636): exactly what
 * is configured and what the transaction holds. Pushed first where the provider takes that (RFC 9126).
 * @throws {GrantkeeperError} when a pushed request fails; it never falls back to plain parameters
 */
export async function authorizationUrl(
  provider: ResolvedProvider,
  transaction: Transaction,
): Promise<string> {
  const parameters = authorizationParameters(provider, transaction)
  const url = new URL(provider.authorization_endpoint)
  const isPushed =
    provider.pushed_authorization_request_endpoint && provider.require_pushed_authorization_requests
  const front = isPushed ? await push(provider, parameters) : parameters
  for (const [name, value] of Object.entries(front)) url.searchParams.set(name, value)
  return url.href
}

/** What the provider sent to the redirection endpoint (RFC 6749 §4.1.2, RFC 9207). */
export type AuthorizationResponse = z.output<typeof responseShape>

/**
 * Reads an authorization response. Each parameter may be there once and is bounded; tokens in the
 * front channel and array syntax are refused.
 * @throws {GrantkeeperError} `invalid_request`
 */
export function readAuthorizationResponse(query: URLSearchParams): AuthorizationResponse {
  const names = [...query.keys()]
  const isForeign = (name: string) => refused.has(name) || /^(state|code|iss|error)\[/.test(name)
  if (names.some(isForeign)) throw new GrantkeeperError('invalid_request')
  for (const name of Object.keys(responseShape.shape))
    if (query.getAll(name).length > 1) throw new GrantkeeperError('invalid_request')
  const { success, data } = responseShape.safeParse(Object.fromEntries(query))
  if (!success) throw new GrantkeeperError('invalid_request')
  return data
}

/** Our code for an error of the authorization response (RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6). */
export function authorizationError(error: string): ErrorCode {
  return meanings.get(error) ?? 'provider_error'
}

// An oversized state is not refused here: it fits no cookie, and is told as any other unknown one.
const responseShape = z.object({
  state: z.string().optional(),
  // Some are encrypted tokens of several kB. A request's head may have 16 KiB, with the cookies (Node's own cap).
  code: z.string().max(12_288).optional(),
  iss: z.string().max(2048).optional(),
  error: z.string().max(2048).optional(),
})

const refused = new Set([
  'access_token',
  'id_token',
  'token',
  'token_type',
  'response',
  'refresh_token',
])

// A Map: of an object, `error=constructor` would fetch more than our codes.
const meanings = new Map<string, ErrorCode>([
  ['access_denied', 'access_denied'],
  ['user_cancelled_authorize', 'access_denied'],
  ['user_cancelled_login', 'access_denied'],
  ['consent_required', 'access_denied'],
  ['login_required', 'access_denied'],
  ['interaction_required', 'access_denied'],
  ['server_error', 'temporarily_unavailable'],
  ['temporarily_unavailable', 'temporarily_unavailable'],
  ['unauthorized_client', 'provider_misconfigured'],
  ['invalid_client', 'provider_misconfigured'],
  ['redirect_uri_mismatch', 'provider_misconfigured'],
  ['unsupported_response_type', 'provider_misconfigured'],
])

function authorizationParameters(
  provider: ResolvedProvider,
  { redirect_uri, scope, state, code_verifier, nonce }: Transaction,
): Record<string, string> {
  return {
    ...provider.authorization_params,
    response_type: 'code',
    client_id: provider.client.id,
    redirect_uri,
    state,
    ...(scope.length > 0 && { scope: scope.join(provider.scope_separator) }),
    ...(provider.pkce === 'S256' && {
      // RFC 7636 §4.2. At once: WebCrypto would make a job for another thread of it.
      code_challenge: hash('sha256', code_verifier, 'base64url'),
      code_challenge_method: 'S256',
    }),
    ...(scope.includes('openid') && { nonce }),
  }
}

/** @throws {GrantkeeperError} and never falls back to parameters in the clear */
async function push(
  provider: ResolvedProvider,
  parameters: Record<string, string>,
): Promise<Record<string, string>> {
  const server = asAuthorizationServer(provider)
  const client = { client_id: provider.client.id }
  const authentication = await clientAuthentication(provider)
  try {
    const response = await oauth.pushedAuthorizationRequest(
      server,
      client,
      authentication,
      parameters,
      wire(provider, 'pushed_authorization_request'),
    )
    const { status } = response
    if (status >= 500 || status === 429) throw new GrantkeeperError('temporarily_unavailable')
    const { request_uri } = await oauth.processPushedAuthorizationResponse(server, client, response)
    if (!request_uri.startsWith('urn:')) throw new GrantkeeperError('provider_error')
    return { client_id: provider.client.id, request_uri }
  } catch (cause) {
    const isPassing = codeOf(cause) === 'temporarily_unavailable'
    throw new GrantkeeperError(isPassing ? 'temporarily_unavailable' : 'provider_error', { cause })
  }
}
