import { codeOf } from '#lib/errors'
import { formEncoded } from '#lib/oauth/client-authentication'
import { MetadataError, type ResolvedProvider, resolveProvider } from '#lib/oauth/metadata'
import { type ClientVerdict, probeClient } from '#lib/oauth/probe'
import { reach } from '#lib/oauth/reach'
import { redirectUri } from '#lib/oauth/redirect-uri'
import type { OfferedProvider } from '#lib/providers/provider'
import { type Finding, fault, good, note } from './finding.ts'
import { shownUrl } from './shown-url.ts'
import { knownTrouble, unreachable } from './unreachable.ts'

/**
 * One provider as far as can be told without a user. Nothing is sent but the request for its metadata,
 * and a code that it never gave, with our client and with one that is surely wrong.
 * @param base this deployment's own origin
 */
export async function examineProvider(provider: OfferedProvider, base: string): Promise<Finding[]> {
  const resolved = await resolve(provider)
  if ('verdict' in resolved) return [resolved]
  const [reached, client] = await Promise.all([
    examineEndpoints(resolved),
    examineClient(resolved, base),
  ])
  return [...reached, client]
}

async function resolve(provider: OfferedProvider): Promise<ResolvedProvider | Finding> {
  try {
    return await resolveProvider(provider)
  } catch (error) {
    const where = new URL(provider.discovery ?? provider.docs)
    const trouble = knownTrouble(error, where)
    if (trouble) return fault(provider.name, `discovery: ${trouble.says}`, trouble.mend)
    if (codeOf(error) === 'temporarily_unavailable') return away(provider.name)
    return metadataFault(provider, where, causeOf(error))
  }
}

function causeOf(error: unknown): MetadataError | undefined {
  const { cause } = error as Error
  return cause instanceof MetadataError ? cause : undefined
}

function metadataFault(
  { id, name }: OfferedProvider,
  where: URL,
  cause: MetadataError | undefined,
): Finding {
  const mend = `Mend "discovery" of the entry "${id}", or write its endpoints there.`
  const found = cause?.found ?? ''
  switch (cause?.reason) {
    case 'another_issuer':
      return fault(
        name,
        `discovery: The metadata at ${where.href} is that of the issuer ${shownUrl(found)}`,
        `If that is the one meant, write it as "discovery" of the entry "${id}", to the last slash.`,
      )
    case 'foreign_endpoint':
      return fault(
        name,
        `discovery: The metadata at ${where.href} names its ${found} on another origin, which is not believed`,
        `If that is right, write ${found} in the entry "${id}".`,
      )
    case 'no_document':
      return fault(
        name,
        `The metadata at ${where.href} is missing: neither OpenID's address nor RFC 8414's holds any (the first answers with status ${found})`,
        mend,
      )
    default:
      return fault(name, `The metadata at ${where.href} is missing, or cannot be read`, mend)
  }
}

async function examineEndpoints(provider: ResolvedProvider): Promise<Finding[]> {
  const { revocation_endpoint, userinfo_endpoint, refresh_endpoint } = provider
  const { pushed_authorization_request_endpoint, authorization_endpoint } = provider
  const named = {
    ...{ revocation_endpoint, userinfo_endpoint, refresh_endpoint },
    ...{ pushed_authorization_request_endpoint, authorization_endpoint },
  }
  const origins = new Map<string, string>()
  for (const [name, address] of Object.entries(named))
    if (address && !origins.has(new URL(address).origin)) origins.set(new URL(address).origin, name)
  origins.delete(new URL(provider.token_endpoint).origin)
  const found = await Promise.all(
    [...origins].map(async ([origin, name]) => {
      try {
        await reach(new URL(origin))
        return []
      } catch (error) {
        const { says, mend } = unreachable(error, new URL(origin))
        // Only browsers go there: a firewall may well keep this machine from it.
        const isForBrowsers = name === 'authorization_endpoint'
        const found = isForBrowsers ? note : fault
        const seen = isForBrowsers ? `${says}, as far as this machine can see` : says
        return [found(provider.name, `${name}: ${seen}`, mend)]
      }
    }),
  )
  return found.flat()
}

async function examineClient(provider: ResolvedProvider, base: string): Promise<Finding> {
  const { name } = provider
  const uri = redirectUri(base, provider.id)
  try {
    return findings(provider, uri)[await probeClient(provider, uri)]
  } catch (error) {
    if (codeOf(error) === 'provider_misconfigured')
      return fault(
        name,
        `The key in ${setting(provider)}_CLIENT_SECRET cannot sign as the entry says`,
        'It must fit "alg" of the entry\'s "assertion": without one, P-256 (ES256) or RSA of 2048 bits (RS256).',
      )
    const { says, mend } = unreachable(error, new URL(provider.token_endpoint))
    return fault(name, `token_endpoint: ${says}`, mend)
  }
}

function findings(provider: OfferedProvider, uri: string): Record<ClientVerdict, Finding> {
  const { name } = provider
  const prefix = setting(provider)
  return {
    accepted: good(name, 'It takes our client.'),
    client_refused: fault(
      name,
      'It refuses our client',
      `Copy ${prefix}_CLIENT_ID and ${prefix}_CLIENT_SECRET anew; if they are right, the entry's token_endpoint_auth_method is not.${otherMethod(provider)}`,
    ),
    redirect_uri_refused: fault(name, 'It does not know our redirect URI', `Register ${uri}`),
    not_a_token_endpoint: fault(
      name,
      'Its token_endpoint answers as a page does, not as a token endpoint',
      'Mend the address in the entry.',
    ),
    away: away(name),
    unclear: note(
      name,
      'Whether it takes our client cannot be told from its answer',
      `Connect once, by hand; see that ${uri} is registered.`,
    ),
  }
}

/** What else the method may be, where the entry has one that servers differ about. */
function otherMethod({ token_endpoint_auth_method, client }: OfferedProvider): string {
  if (token_endpoint_auth_method === 'private_key_jwt')
    return ' Many servers take only their token endpoint as audience: "assertion": { "aud": "token_endpoint" }.'
  const isEncoded = [client.id, client.secret ?? ''].some((text) => formEncoded(text) !== text)
  return token_endpoint_auth_method === 'client_secret_basic' && isEncoded
    ? ' Id or secret hold characters that are encoded for Basic: a server that does not decode them takes client_secret_basic_raw.'
    : ''
}

function away(name: string): Finding {
  return note(name, 'It is busy or away just now', 'Run this again later.')
}

function setting({ id }: OfferedProvider): string {
  return id.toUpperCase().replaceAll('-', '_')
}
