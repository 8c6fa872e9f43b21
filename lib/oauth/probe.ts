import { createPrivateKey, generateKeyPairSync, type JsonWebKey, randomBytes } from 'node:crypto'
import * as oauth from 'oauth4webapi'
import { z } from 'zod'
import type { Client } from '#lib/env'
import { codeOf } from '#lib/errors'
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
 * Sends a code that the provider never gave. Mostly the client is looked at first, so that a refused code
 * means a good client; but some servers look at the code first and say the same to anybody. So the code is
 * sent a second time by a client that is surely wrong, unless ours was refused already: `accepted` means
 * that this one was refused and ours was not.
 *
 * At most one wrong secret is sent a call. No server that we know locks a client for that, and no token
 * is sent that could be ended by it.
 * @throws {GrantkeeperError} as `callThirdParty`, where no answer came
 */
export async function probeClient(
  provider: ResolvedProvider,
  redirectUri: string,
): Promise<ClientVerdict> {
  const ours = await probeOnce(provider, redirectUri)
  return compared(ours, () => probeOnce(withWrongClient(provider), redirectUri))
}

/** What the answer to our client means, beside the one to a client that is surely wrong. */
export async function compared(
  ours: ClientVerdict,
  askAsWrong: () => Promise<ClientVerdict>,
): Promise<ClientVerdict> {
  if (ours !== 'accepted' && ours !== 'unclear') return ours
  try {
    const wrong = await askAsWrong()
    if (wrong === 'away') return 'away'
    return wrong === 'client_refused' ? 'accepted' : 'unclear'
  } catch (error) {
    if (codeOf(error) === 'server_error') throw error
    return 'unclear'
  }
}

/** The code that no server ever gave. */
export const noSuchCode = 'grantkeeper-doctor-no-such-code'

/** Nobody has guessed this, nor registered it. */
export function wrongSecret(): string {
  return randomBytes(32).toString('base64url')
}

async function probeOnce(provider: ResolvedProvider, redirectUri: string): Promise<ClientVerdict> {
  const attempt = {
    redirect_uri: redirectUri,
    code_verifier: oauth.generateRandomCodeVerifier(),
  }
  const response = await sendCode(provider, attempt, noSuchCode)
  const isPage = response.headers.get('content-type')?.startsWith('text/html') === true
  const body: unknown = await response.json().catch(() => undefined)
  return verdictOf(response.status, body, isPage)
}

/** Ours, but for what proves that it is: a public client has nothing but its id. */
function withWrongClient(provider: ResolvedProvider): ResolvedProvider {
  return { ...provider, client: wrongClient(provider) }
}

function wrongClient({ client, ...provider }: ResolvedProvider): Client {
  const method = provider.token_endpoint_auth_method
  if (method === 'none') return { id: wrongSecret(), secret: undefined }
  if (method !== 'private_key_jwt') return { id: client.id, secret: wrongSecret() }
  return { id: client.id, secret: otherKey(client.secret ?? '', provider.assertion?.alg) }
}

/** A fresh key of the same kind, under the name of ours: its signature is all that is wrong. */
function otherKey(ours: string, alg: string | undefined): string {
  const isRsa = alg === undefined ? !isElliptic(ours) : /^[RP]S/.test(alg)
  const { privateKey } = isRsa
    ? generateKeyPairSync('rsa', { modulusLength: 2048 })
    : alg === 'EdDSA'
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('ec', { namedCurve: curves[alg ?? 'ES256'] ?? 'P-256' })
  const [, kid] = /^\s*\{.*"kid"\s*:\s*"([^"]{1,255})"/s.exec(ours) ?? []
  return JSON.stringify({ ...privateKey.export({ format: 'jwk' }), ...(kid ? { kid } : {}) })
}

const curves: Record<string, string> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }

function isElliptic(secret: string): boolean {
  const isJwk = secret.trimStart().startsWith('{')
  const key = createPrivateKey(
    isJwk ? { key: JSON.parse(secret) as JsonWebKey, format: 'jwk' } : secret,
  )
  return key.asymmetricKeyType === 'ec'
}

/** Reads an answer to such a code (RFC 6749 §5.2). */
export function verdictOf(status: number, body: unknown, isPage = false): ClientVerdict {
  if (status === 429 || status >= 500) return 'away'
  const { success, data } = refusal.safeParse(body)
  const known = success ? verdicts.get(data.error) : undefined
  if (known) return known
  if (status === 401) return 'client_refused'
  // A page with 403 is mostly a firewall's, which has not asked the server at all.
  if (status === 403) return isPage ? 'unclear' : 'client_refused'
  if (typeof body === 'object' && body !== null) return 'unclear'
  // Some servers refuse a code without a word: Glewlwyd does so for a refresh token.
  return status === 400 ? 'unclear' : 'not_a_token_endpoint'
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
