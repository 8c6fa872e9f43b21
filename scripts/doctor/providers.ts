import { codeOf } from '#lib/errors'
import { type ResolvedProvider, resolveProvider } from '#lib/oauth/metadata'
import { type ClientVerdict, probeClient } from '#lib/oauth/probe'
import { reach } from '#lib/oauth/reach'
import { redirectUri } from '#lib/oauth/redirect-uri'
import type { OfferedProvider } from '#lib/providers/provider'
import { type Finding, fault, good, note } from './finding.ts'
import { knownTrouble, unreachable } from './unreachable.ts'

/**
 * One provider as far as can be told without a user. Nothing is sent but the request for its metadata,
 * and one code that it never gave.
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
    return fault(
      provider.name,
      `The metadata at ${where.href} is missing, is another issuer's, or names endpoints elsewhere`,
      `Mend "discovery" of the entry "${provider.id}", or write its endpoints there.`,
    )
  }
}

async function examineEndpoints(provider: ResolvedProvider): Promise<Finding[]> {
  const { authorization_endpoint, revocation_endpoint, userinfo_endpoint, refresh_endpoint } =
    provider
  const named = { authorization_endpoint, revocation_endpoint, userinfo_endpoint, refresh_endpoint }
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
        return [fault(provider.name, `${name}: ${says}`, mend)]
      }
    }),
  )
  return found.flat()
}

async function examineClient(provider: ResolvedProvider, base: string): Promise<Finding> {
  const { name } = provider
  const uri = redirectUri(base, provider.id)
  try {
    return findings(name, setting(provider), uri)[await probeClient(provider, uri)]
  } catch (error) {
    const { says, mend } = unreachable(error, new URL(provider.token_endpoint))
    return fault(name, `token_endpoint: ${says}`, mend)
  }
}

function findings(name: string, prefix: string, uri: string): Record<ClientVerdict, Finding> {
  return {
    accepted: good(name, 'It takes our client.'),
    client_refused: fault(
      name,
      'It refuses our client',
      `Copy ${prefix}_CLIENT_ID and ${prefix}_CLIENT_SECRET anew; if they are right, the entry's token_endpoint_auth_method is not.`,
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

function away(name: string): Finding {
  return note(name, 'It is busy or away just now', 'Run this again later.')
}

function setting({ id }: OfferedProvider): string {
  return id.toUpperCase().replaceAll('-', '_')
}
