import * as oauth from 'oauth4webapi'
import { z } from 'zod'
import type { ResolvedProvider } from './metadata.ts'
import { sendCode } from './token.ts'

/** What a provider thinks of our client, as far as can be told without a user. */
export type ClientVerdict =
  | 'accepted'
  | 'client_refused'
  | 'redirect_uri_refused'
  | 'not_a_token_endpoint'
  | 'away'
  | 'unclear'

/**
 * Sends a code that the provider never gave: a server authenticates the client before it looks at the
 * code (RFC 6749 §4.1.3), so that `invalid_grant` means that the client is good.
 * @throws {GrantkeeperError} as `callThirdParty`, where no answer came
 */
export async function probeClient(
  provider: ResolvedProvider,
  redirectUri: string,
): Promise<ClientVerdict> {
  const attempt = {
    redirect_uri: redirectUri,
    code_verifier: oauth.generateRandomCodeVerifier(),
  }
  const response = await sendCode(provider, attempt, 'grantkeeper-doctor-no-such-code')
  const body: unknown = await response.json().catch(() => undefined)
  return verdictOf(response.status, body)
}

/** Reads an answer to such a code (RFC 6749 §5.2). */
export function verdictOf(status: number, body: unknown): ClientVerdict {
  if (status === 429 || status >= 500) return 'away'
  const { success, data } = refusal.safeParse(body)
  const known = success ? verdicts.get(data.error) : undefined
  if (known) return known
  if (status === 401 || status === 403) return 'client_refused'
  return typeof body === 'object' && body !== null ? 'unclear' : 'not_a_token_endpoint'
}

const refusal = z.object({ error: z.string() })

const verdicts = new Map<string, ClientVerdict>([
  ['invalid_grant', 'accepted'],
  // Slack: docs.slack.dev/reference/methods/oauth.v2.access, 2026-11
  ['invalid_code', 'accepted'],
  ['invalid_client', 'client_refused'],
  ['unauthorized_client', 'client_refused'],
  // Auth0 says this of a wrong secret.
  ['access_denied', 'client_refused'],
  // Salesforce: help.salesforce.com, "OAuth Authorization Flow Errors", 2026-11
  ['invalid_client_id', 'client_refused'],
  // Google: developers.google.com/identity/protocols/oauth2/web-server, 2026-11
  ['redirect_uri_mismatch', 'redirect_uri_refused'],
  // Slack
  ['bad_redirect_uri', 'redirect_uri_refused'],
  ['server_error', 'away'],
  ['temporarily_unavailable', 'away'],
])
