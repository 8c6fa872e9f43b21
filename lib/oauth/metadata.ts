import * as oauth from 'oauth4webapi'
import { GrantkeeperError } from '#lib/errors'
import { oncePerProcess } from '#lib/process'
import { configHash } from '#lib/providers/hash'
import type { OfferedProvider } from '#lib/providers/provider'
import { wire } from './wire.ts'

/** A provider whose endpoints are known, and the hash of all that was configured or discovered. */
export type ResolvedProvider = OfferedProvider & {
  authorization_endpoint: string
  token_endpoint: string
  configHash: string
}

/**
 * The provider with its endpoints, from the entry or from its metadata (RFC 8414, OpenID Discovery).
 * Metadata is kept for an hour; while the issuer does not answer, the old one is used.
 * @throws {GrantkeeperError} `provider_misconfigured` or `temporarily_unavailable`
 */
export async function resolveProvider(provider: OfferedProvider): Promise<ResolvedProvider> {
  const discovered = provider.discovery ? await discover(provider, provider.discovery) : nothing
  // Neither is ever changed: what says something else is another object.
  const known = lastResolved.get(provider)
  if (known?.discovered === discovered) return known.resolved
  const resolved = complete(provider, discovered)
  lastResolved.set(provider, { discovered, resolved })
  return resolved
}

const nothing: Discovered = {}
const lastResolved = new WeakMap<
  OfferedProvider,
  { discovered: Discovered; resolved: ResolvedProvider }
>()

function complete(provider: OfferedProvider, discovered: Discovered): ResolvedProvider {
  const { authorization_endpoint, token_endpoint, ...rest } = {
    ...discovered,
    ...withoutUndefined(provider),
  }
  if (!authorization_endpoint || !token_endpoint)
    throw new GrantkeeperError('provider_misconfigured')
  const isIssSent = provider.iss_parameter_supported || discovered.iss_parameter_supported === true
  const resolved = {
    ...rest,
    authorization_endpoint,
    token_endpoint,
    iss_parameter_supported: isIssSent,
  }
  return { ...resolved, configHash: configHash(resolved) }
}

/** The provider in the form that `oauth4webapi` takes it. */
export function asAuthorizationServer(provider: ResolvedProvider): oauth.AuthorizationServer {
  return {
    // Not every provider has an issuer. Where it has none, nothing is ever compared with this.
    issuer: provider.issuer ?? new URL(provider.token_endpoint).origin,
    authorization_endpoint: provider.authorization_endpoint,
    token_endpoint: provider.token_endpoint,
    revocation_endpoint: provider.revocation_endpoint,
    pushed_authorization_request_endpoint: provider.pushed_authorization_request_endpoint,
    authorization_response_iss_parameter_supported: provider.iss_parameter_supported,
    id_token_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'],
  }
}

type Discovered = Partial<
  Pick<OfferedProvider, (typeof endpoints)[number] | 'issuer' | 'iss_parameter_supported'>
>
type Cached = { until: number; found: Promise<Discovered>; last: Discovered | undefined }

const endpoints = [
  'authorization_endpoint',
  'token_endpoint',
  'revocation_endpoint',
  'userinfo_endpoint',
  'pushed_authorization_request_endpoint',
] as const

async function discover(provider: OfferedProvider, issuer: string): Promise<Discovered> {
  const cache = oncePerProcess('metadata', () => new Map<string, Cached>())
  const cached = cache.get(provider.id)
  if (cached && cached.until > Date.now()) return cached.found
  const found = fetchMetadata(provider, issuer)
  const entry: Cached = { until: Date.now() + 3_600_000, found, last: cached?.last }
  // All who ask meanwhile wait for the same answer, and are spared the same outage.
  entry.found = found.then(
    (fresh) => {
      entry.last = fresh
      return fresh
    },
    (error) => {
      entry.until = Date.now() + (entry.last ? 30_000 : 0)
      if (entry.last && isPassing(error)) return entry.last
      throw error
    },
  )
  cache.set(provider.id, entry)
  return entry.found
}

function isPassing(error: unknown): boolean {
  return error instanceof GrantkeeperError && error.code === 'temporarily_unavailable'
}

/**
 * OpenID's place first, then RFC 8414's. Real hosts answer the first with 400, 401, 403 or a page where they
 * only have the second: whatever is not the document leads on. An outage does not, nor does a document of
 * another issuer, or a redirect elsewhere: old metadata must not cover for these.
 */
async function fetchMetadata(provider: OfferedProvider, issuer: string): Promise<Discovered> {
  let cause: unknown
  for (const algorithm of ['oidc', 'oauth2'] as const) {
    const answer = await ask(provider, issuer, algorithm)
    if ('document' in answer) return pick(answer.document, issuer, provider)
    cause ??= answer.cause
  }
  throw new GrantkeeperError('provider_misconfigured', { cause })
}

/**
 * Why metadata is not used. `found` is what stands in its place, for the doctor alone: a third party's text
 * is not logged.
 */
export class MetadataError extends Error {
  override readonly name = 'MetadataError'
  readonly reason: 'no_document' | 'another_issuer' | 'foreign_endpoint'
  readonly found: string

  constructor(reason: MetadataError['reason'], found = '') {
    super(reason)
    this.reason = reason
    this.found = found
  }
}

type Document = Record<string, unknown>

async function ask(
  provider: OfferedProvider,
  issuer: string,
  algorithm: 'oidc' | 'oauth2',
): Promise<{ document: Document } | { cause: unknown }> {
  const response = await request(provider, issuer, algorithm)
  if (response.status >= 500 || response.status === 429)
    throw new GrantkeeperError('temporarily_unavailable')
  const body: unknown = response.status === 200 ? await response.json().catch(() => null) : null
  if (typeof body !== 'object' || body === null || !('issuer' in body))
    return { cause: new MetadataError('no_document', String(response.status)) }
  // Byte by byte (RFC 8414 §3.3): a URL parser would let `https://a` and `https://a/` pass as one.
  if (body.issuer === issuer) return { document: { ...body } }
  throw misconfigured('another_issuer', String(body.issuer))
}

function misconfigured(reason: MetadataError['reason'], found: string): GrantkeeperError {
  return new GrantkeeperError('provider_misconfigured', { cause: new MetadataError(reason, found) })
}

async function request(
  provider: OfferedProvider,
  issuer: string,
  algorithm: 'oidc' | 'oauth2',
): Promise<Response> {
  const options = wire(provider, 'metadata')
  const { [oauth.customFetch]: send } = options
  const followingFetch: typeof send = (url, init) => following(url, (at) => send(at, init))
  try {
    return await oauth.discoveryRequest(new URL(issuer), {
      ...options,
      [oauth.customFetch]: followingFetch,
      algorithm,
    })
  } catch (cause) {
    const code = isPassing(cause) ? 'temporarily_unavailable' : 'provider_misconfigured'
    throw new GrantkeeperError(code, { cause })
  }
}

const mostHops = 2

/**
 * Some servers add a slash to every address (django-oauth-toolkit up to 1.7). Their metadata may be moved
 * within its own origin, to where metadata stands (RFC 8615), and nowhere else: what was uploaded to the
 * same host must not become its metadata.
 */
async function following(url: string, send: (url: string) => Promise<Response>): Promise<Response> {
  for (let at = new URL(url), hops = 0; ; hops += 1) {
    try {
      return await send(at.href)
    } catch (error) {
      const next = hops < mostHops ? nextPlace(error, at) : undefined
      if (!next) throw error
      at = next
    }
  }
}

function nextPlace(error: unknown, at: URL): URL | undefined {
  const { location } = ((error as Error).cause ?? {}) as { location?: unknown }
  const next = typeof location === 'string' ? URL.parse(location, at) : null
  if (!next || next.origin !== at.origin || next.username !== '' || next.password !== '')
    return undefined
  return next.pathname.split('/').includes('.well-known') ? next : undefined
}

/** Endpoints on another origin than the issuer's are not believed: an entry must name them itself. */
function pick(metadata: Document, issuer: string, provider: OfferedProvider): Discovered {
  const found: Discovered = {
    issuer,
    iss_parameter_supported: metadata.authorization_response_iss_parameter_supported === true,
  }
  for (const name of endpoints) {
    const value = metadata[name]
    if (value === undefined || value === null || provider[name] !== undefined) continue
    if (typeof value !== 'string' || URL.parse(value)?.origin !== new URL(issuer).origin)
      throw misconfigured('foreign_endpoint', name)
    found[name] = value
  }
  return found
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T
}
