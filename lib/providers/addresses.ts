import ipaddr from 'ipaddr.js'
import { isPublicAddress } from '#lib/public-address'
import { isLocal } from '#lib/settings/values'
import type { Contradiction } from './contradictions.ts'
import type { Provider } from './schema.ts'

/**
 * Addresses of an entry that must not be called or linked to: not https, credentials in the URL,
 * literal private addresses (TE-01). Names are judged again when they are resolved.
 */
export function* badAddresses(
  provider: Provider,
  { allowLocal }: { allowLocal: boolean },
): Generator<Contradiction> {
  for (const field of addressFields) {
    const wrong = judge(provider[field], allowLocal)
    if (wrong) yield { path: [field], message: wrong }
  }
  for (const [index, prefix] of provider.api.entries()) {
    const wrong = judge(prefix, allowLocal) ?? query(prefix)
    if (wrong) yield { path: ['api', index], message: wrong }
  }
  const { reads } = provider
  if (reads && 'source' in reads) {
    const wrong = judge(reads.source, allowLocal)
    if (wrong) yield { path: ['reads', 'source'], message: wrong }
  }
  for (const field of ['issuer', 'discovery'] as const) {
    const wrong = query(provider[field])
    if (wrong) yield { path: [field], message: wrong }
  }
}

const addressFields = [
  'issuer',
  'discovery',
  'authorization_endpoint',
  'token_endpoint',
  'revocation_endpoint',
  'userinfo_endpoint',
  'refresh_endpoint',
  'pushed_authorization_request_endpoint',
  'docs',
  'manage',
] as const satisfies (keyof Provider)[]

function judge(address: string | undefined, allowLocal: boolean): string | undefined {
  if (address === undefined) return undefined
  if (address.includes('{tenant}')) return `"${address}" names {tenant}, but tenant is missing`
  if (!URL.canParse(address)) return `"${address}" is not a URL; write it in full, with https://`
  const url = new URL(address)
  if (url.username !== '' || url.password !== '')
    return 'holds a user name or password; leave them out of the URL'
  if (address.includes('#')) return `"${address}" has a fragment (#…); leave it out`
  const host = url.hostname.replace(/\.$/, '')
  if (isLocal(host) && !allowLocal)
    return `"${address}" is on this machine; that takes ALLOW_INSECURE_LOCALHOST=true`
  if (isLocal(host) && /^https?:$/.test(url.protocol)) return undefined
  if (url.protocol !== 'https:') return `"${address}" must start with https://`
  if (isPrivateAddress(host)) return `"${address}" is a private address; it must be a public host`
  return undefined
}

function isPrivateAddress(host: string): boolean {
  const literal = host.replace(/^\[|\]$/g, '')
  return ipaddr.isValid(literal) && !isPublicAddress(literal)
}

function query(address: string | undefined): string | undefined {
  return address?.includes('?') ? `"${address}" has a query (?…); leave it out` : undefined
}
