import * as oauth from 'oauth4webapi'
import { GrantkeeperError } from '#lib/errors'
import { isObject, type Members } from './members.ts'
import type { ResolvedProvider } from './metadata.ts'
import type { Tokens } from './token-response.ts'
import { wire } from './wire.ts'

/** The identity at the third party that a grant speaks for. */
export type Account = { id: string; label: string | null }

/**
 * Finds out whose account was connected: in the ID token, at userinfo, in the token response, in
 * this order, by the paths that the entry names. A provider that tells no identity has the account ''.
 * @throws {GrantkeeperError} `exchange_failed` when identity was promised and cannot be had
 */
export async function identifyAccount(
  provider: ResolvedProvider,
  tokens: Tokens,
): Promise<Account> {
  if (!provider.account) return { id: '', label: null }
  const { id: idPath, label: labelPath } = provider.account
  const early = lookUp(tokens.idToken, idPath)
  const isKnown = early !== undefined && lookUp(tokens.idToken, labelPath) !== undefined
  const userinfo = provider.userinfo_endpoint && !isKnown ? await askUserinfo(provider, tokens) : {}
  assertSameSubject(tokens.idToken, userinfo)
  const sources = [tokens.idToken, userinfo, tokens.response]
  const find = (path: string) => sources.map((source) => lookUp(source, path)).find(Boolean)
  const id = find(idPath)
  if (!id) throw new GrantkeeperError('exchange_failed', { cause: new Error('no identity') })
  return { id, label: find(labelPath)?.replaceAll(invisible, '').trim() || null }
}

/** A userinfo answer about somebody else must not be used (OpenID Connect Core §5.3.2). */
function assertSameSubject(
  idToken: Record<string, unknown>,
  userinfo: Record<string, unknown>,
): void {
  if (idToken.sub !== undefined && userinfo.sub !== undefined && idToken.sub !== userinfo.sub)
    throw new GrantkeeperError('exchange_failed', { cause: new Error('another subject') })
}

async function askUserinfo(provider: ResolvedProvider, tokens: Tokens): Promise<Members> {
  const request = oauth.protectedResourceRequest(
    tokens.accessToken,
    'GET',
    new URL(provider.userinfo_endpoint ?? ''),
    new Headers({ accept: 'application/json' }),
    undefined,
    wire(provider, 'userinfo'),
  )
  const response = await request.catch(refuse)
  const { status } = response
  if (status >= 500 || status === 429) throw new GrantkeeperError('temporarily_unavailable')
  const body: unknown = response.ok ? await response.json().catch(() => undefined) : undefined
  if (isObject(body)) return body
  throw new GrantkeeperError('exchange_failed', { cause: new Error('no userinfo') })
}

/** A refusal that names a challenge (RFC 9110 §11.6.1) is thrown by the library, not returned. */
function refuse(cause: unknown): never {
  if (cause instanceof GrantkeeperError) throw cause
  throw new GrantkeeperError('exchange_failed', { cause })
}

/** Control characters and the like, but for the joiner that holds emoji together. */
const invisible = /(?!\u200d)\p{C}/gu

/** What stands at a dotted path, as text, exactly; blank or over 255 characters: nothing. */
function lookUp(source: Record<string, unknown>, path: string): string | undefined {
  let value: unknown = source
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
  if (typeof value !== 'string' || value.length > 255) return undefined
  // What nobody can see names nobody.
  return /[^\s\p{C}]/u.test(value) ? value : undefined
}
