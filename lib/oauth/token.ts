import * as oauth from 'oauth4webapi'
import { z } from 'zod'
import { GrantkeeperError } from '#lib/errors'
import type { AuthorizationResponse } from './authorization.ts'
import { clientAuthentication } from './client-authentication.ts'
import { isObject, type Members } from './members.ts'
import { asAuthorizationServer, type ResolvedProvider } from './metadata.ts'
import { withOfflineAccess } from './scope.ts'
import { type Renewed, readTokens, type Tokens } from './token-response.ts'
import type { Transaction } from './transaction.ts'
import { wire } from './wire.ts'

/** Tokens as they arrived, not checked yet: whoever does not keep them gives them back. */
export type Received = { tokens: Tokens; check: () => Promise<Tokens> }

/**
 * Redeems an authorization code, once: a code is never sent twice (RFC 6749 §4.1.2).
 * @throws {GrantkeeperError} `temporarily_unavailable`, `provider_misconfigured` or `exchange_failed`
 */
export async function exchangeCode(
  provider: ResolvedProvider,
  transaction: Transaction,
  { code }: AuthorizationResponse,
): Promise<Received> {
  const sentAt = performance.now()
  const response = await sendCode(provider, transaction, code ?? '')
  const tokens = readTokens(provider, await membersOf(response), sentAt)
  if (!tokens) throw malformed()
  const hasRefreshToken = tokens.refreshToken !== null
  const asked = { asked: transaction.scope, hasRefreshToken }
  const scope = tokens.scope && withOfflineAccess(tokens.scope, asked)
  return {
    tokens,
    check: async () => ({
      ...tokens,
      scope,
      idToken: await claimsOf(provider, transaction, response, tokens),
    }),
  }
}

/** Ends tokens that we received and will not keep. That it fails changes nothing for the user. */
export async function revokeReceived(provider: ResolvedProvider, tokens: Renewed): Promise<void> {
  const { accessToken, refreshToken } = tokens
  const access = accessToken === null ? [] : [revocable(accessToken, 'access_token')]
  const refresh = refreshToken === null ? [] : [revocable(refreshToken, 'refresh_token')]
  const isAccessFirst = provider.revocation_token === 'access_token'
  const [doomed] = isAccessFirst ? [...access, ...refresh] : [...refresh, ...access]
  if (doomed) await revokeToken(provider, doomed).catch(() => undefined)
}

function revocable(token: string, kind: Revocable['kind']): Revocable {
  return { token, kind }
}

/** A token, and what it is. */
export type Revocable = { token: string; kind: 'access_token' | 'refresh_token' }

/**
 * Revokes a token at the provider (RFC 7009). It is told which kind it is (`token_type_hint`, §2.1): some
 * servers look nowhere else, and call a token that they did not find revoked (§2.2).
 * @returns `unsupported` where the provider has no way to revoke
 * @throws {GrantkeeperError} when the provider did not confirm it
 */
export async function revokeToken(
  provider: ResolvedProvider,
  { token, kind }: Revocable,
): Promise<'revoked' | 'unsupported'> {
  if (!provider.revocation_endpoint) return 'unsupported'
  const response = await oauth.revocationRequest(
    asAuthorizationServer(provider),
    { client_id: provider.client.id },
    await clientAuthentication(provider),
    token,
    { ...wire(provider, 'revocation'), additionalParameters: { token_type_hint: kind } },
  )
  if (response.ok) return 'revoked'
  throw new GrantkeeperError('temporarily_unavailable', {
    cause: new Error(`status ${response.status}`),
  })
}

/** The token request itself (RFC 6749 §4.1.3), and what came back, unread. */
export async function sendCode(
  provider: ResolvedProvider,
  transaction: Pick<Transaction, 'redirect_uri' | 'code_verifier'>,
  code: string,
): Promise<Response> {
  const server = asAuthorizationServer(provider)
  const client = { client_id: provider.client.id }
  const callback = new URLSearchParams({
    code,
    ...(provider.iss_parameter_supported && { iss: server.issuer }),
  })
  return oauth.authorizationCodeGrantRequest(
    server,
    client,
    await clientAuthentication(provider),
    // State and issuer were compared before; this only brands the parameters for the next call.
    oauth.validateAuthResponse(server, client, callback, oauth.skipStateCheck),
    transaction.redirect_uri,
    provider.pkce === 'S256' ? transaction.code_verifier : oauth.nopkce,
    { ...wire(provider, 'token'), additionalParameters: provider.token_params },
  )
}

async function membersOf(response: Response): Promise<Members> {
  if (response.status === 429 || response.status >= 500)
    throw new GrantkeeperError('temporarily_unavailable')
  const body: unknown = await response.json().catch(() => undefined)
  if (!response.ok) throw new GrantkeeperError(refusalOf(response.status, body))
  if (isObject(body)) return body
  throw malformed()
}

function malformed(): GrantkeeperError {
  return new GrantkeeperError('exchange_failed', { cause: new Error('malformed answer') })
}

/**
 * RFC 6749 §5.2: that our own client is refused is the administrator's matter, not the user's. So is every
 * 401, with whatever body, unless it says that it is about the code.
 */
function refusalOf(status: number, body: unknown): 'provider_misconfigured' | 'exchange_failed' {
  const { error } = z.object({ error: z.string() }).catch({ error: '' }).parse(body)
  const isOurs = error === 'invalid_client' || error === 'unauthorized_client'
  const isClients = status === 401 && error !== 'invalid_grant'
  return isOurs || isClients ? 'provider_misconfigured' : 'exchange_failed'
}

/**
 * The claims of a good ID token: issuer, audience, times, nonce, algorithm. Its signature need not be
 * checked, since it came from the token endpoint itself, over TLS (OpenID Connect Core §3.1.3.7, 6).
 * One that nobody asked for is not looked at, not even to find it wrong.
 */
async function claimsOf(
  provider: ResolvedProvider,
  { scope, nonce }: Transaction,
  response: Response,
  { accessToken, response: { id_token } }: Tokens,
): Promise<Record<string, unknown>> {
  const isAsked = scope.includes('openid')
  const answer = { access_token: accessToken, token_type: 'bearer' }
  try {
    const result = await oauth.processAuthorizationCodeResponse(
      asAuthorizationServer(provider),
      { client_id: provider.client.id },
      // What was read is written anew, without what is odd in it and nothing to the library.
      Response.json(isAsked ? { ...answer, id_token } : answer, response),
      isAsked ? { expectedNonce: nonce, requireIdToken: true } : undefined,
    )
    return { ...oauth.getValidatedIdTokenClaims(result) }
  } catch (cause) {
    throw new GrantkeeperError('exchange_failed', { cause })
  }
}
