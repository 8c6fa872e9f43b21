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

async function fetchMetadata(provider: OfferedProvider, issuer: string): Promise<Discovered> {
  for (const algorithm of ['oidc', 'oauth2'] as const) {
    const response = await request(provider, issuer, algorithm)
    if (response.status === 404) continue
    if (response.status >= 500 || response.status === 429)
      throw new GrantkeeperError('temporarily_unavailable')
    return pick(await readMetadata(response, issuer), issuer, provider)
  }
  throw new GrantkeeperError('provider_misconfigured')
}

async function request(
  provider: OfferedProvider,
  issuer: string,
  algorithm: 'oidc' | 'oauth2',
): Promise<Response> {
  try {
    return await oauth.discoveryRequest(new URL(issuer), {
      ...wire(provider, 'metadata'),
      algorithm,
    })
  } catch (cause) {
    const code = isPassing(cause) ? 'temporarily_unavailable' : 'provider_misconfigured'
    throw new GrantkeeperError(code, { cause })
  }
}

async function readMetadata(
  response: Response,
  issuer: string,
): Promise<oauth.AuthorizationServer> {
  try {
    const metadata = await oauth.processDiscoveryResponse(new URL(issuer), response)
    // Byte by byte (RFC 8414 §3.3): a URL parser would let `https://a` and `https://a/` pass as one.
    if (metadata.issuer === issuer) return metadata
  } catch (cause) {
    throw new GrantkeeperError('provider_misconfigured', { cause })
  }
  throw new GrantkeeperError('provider_misconfigured')
}

/** Endpoints on another origin than the issuer's are not believed: an entry must name them itself. */
function pick(
  metadata: oauth.AuthorizationServer,
  issuer: string,
  provider: OfferedProvider,
): Discovered {
  const found: Discovered = {
    issuer,
    iss_parameter_supported: metadata.authorization_response_iss_parameter_supported === true,
  }
  for (const name of endpoints) {
    const value = metadata[name]
    if (value === undefined || provider[name] !== undefined) continue
    if (!URL.canParse(value) || new URL(value).origin !== new URL(issuer).origin)
      throw new GrantkeeperError('provider_misconfigured')
    found[name] = value
  }
  return found
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T
}
