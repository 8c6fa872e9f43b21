import dns from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { Agent } from 'undici'
import { attemptMs } from '#lib/connecting'
import { env } from '#lib/env'
import { isPublicAddress, isTranslated } from '#lib/public-address'
import { isLocal } from '#lib/settings/values'
import { leadsInside } from './translation.ts'
import { translationPrefixes } from './translation-prefixes.ts'

/**
 * Connections to third parties, to public addresses only. A fresh one for each call: a stale one would
 * lose a code or a rotated refresh token, and what a third party sent too much would answer the next user.
 * Proxy variables of the environment are ignored: through a proxy, no address could be vetted.
 * @param kind undici's `Agent`, from whoever has loaded that
 * @param connections how many to one origin: the bulkhead between a slow provider and all others
 */
export function openAgent(kind: typeof Agent, connections: number): Agent {
  const { TOKEN_DEADLINE_MS } = env()
  return new kind({
    pipelining: 0,
    // Over HTTP/2 all calls to an origin would share one connection, for as long as that lasts.
    allowH2: false,
    connections,
    maxHeaderSize: 16_384,
    connect: {
      lookup: vettedLookup,
      // However little time there is, a second address has its turn.
      autoSelectFamilyAttemptTimeout: Math.min(attemptMs, TOKEN_DEADLINE_MS / 5),
      // Half of what a call has: where nobody accepts, that must be heard before the whole is over, or
      // nobody could tell that nothing was sent.
      timeout: TOKEN_DEADLINE_MS / 2,
    },
  })
}

/** Whether a URL may be called at all: https, and no literal private address. */
export async function isCallable(target: URL): Promise<boolean> {
  const host = target.hostname.replace(/^\[|\]$/g, '')
  if (env().ALLOW_INSECURE_LOCALHOST && isLocal(host)) return true
  if (target.protocol !== 'https:') return false
  return isIP(host) === 0 || (isPublicAddress(host) && !(await isHidden([host])))
}

/** Whether one of the addresses leads to a private one by this network's own translation. */
async function isHidden(addresses: readonly string[]): Promise<boolean> {
  const inSix = addresses.filter((address) => isIP(address) === 6)
  if (inSix.length === 0) return false
  const prefixes = await translationPrefixes(lookUp)
  return inSix.some((address) => leadsInside(address, prefixes))
}

/** The address that is vetted is the one connected to, so that DNS cannot change its mind between. */
export const vettedLookup: LookupFunction = (hostname, options, done) => {
  vetted(hostname, options).then(
    ([first, ...others]) => {
      if (options.all) return done(null, [first, ...others])
      done(null, first.address, first.family)
    },
    (error: NodeJS.ErrnoException) => done(error, []),
  )
}

type Addresses = [dns.LookupAddress, ...dns.LookupAddress[]]

async function vetted(hostname: string, options: dns.LookupOptions): Promise<Addresses> {
  const found = await lookUp(hostname, options)
  // Some networks add one to every name that has IPv4 alone. None is ever connected to.
  const [first, ...others] = found.filter(({ address }) => !isTranslated(address))
  if (!first) throw new Error(found[0] ? 'forbidden address' : 'no address')
  const isOwn = env().ALLOW_INSECURE_LOCALHOST && isLocal(hostname)
  const isVetted = ({ address }: dns.LookupAddress) =>
    isPublicAddress(address) || (isOwn && ipaddr.process(address).range() === 'loopback')
  const addresses: Addresses = [first, ...others]
  if (
    !addresses.every(isVetted) ||
    (!isOwn && (await isHidden(addresses.map(({ address }) => address))))
  )
    throw new Error('forbidden address')
  return addresses
}

/**
 * One question at a time for one name. Each takes a thread until it is answered, of few (start.mjs): a name
 * whose servers are silent must not keep all others from being asked.
 */
function lookUp(hostname: string, options: dns.LookupOptions): Promise<dns.LookupAddress[]> {
  const key = JSON.stringify([hostname, options])
  const asked = underWay.get(key)
  if (asked) return asked
  const answer = new Promise<dns.LookupAddress[]>((resolve, reject) => {
    dns.lookup(hostname, { ...options, all: true }, (error, addresses) =>
      error ? reject(error) : resolve(addresses),
    )
  })
  underWay.set(key, answer)
  const over = () => void underWay.delete(key)
  answer.then(over, over)
  return answer
}

const underWay = new Map<string, Promise<dns.LookupAddress[]>>()

const passing =
  /^(ECONN|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|EPIPE|UND_ERR_(CONNECT|SOCKET|ABORT|HEADERS_TIMEOUT|BODY_TIMEOUT))/

/** What comes and goes may be tried later; a bad certificate or a forbidden address may not. */
export function isPassing(error: unknown): boolean {
  const { code, name } = error as { code?: unknown; name?: unknown }
  return name === 'TimeoutError' || name === 'AbortError' || passing.test(String(code))
}
