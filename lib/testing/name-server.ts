import dns from 'node:dns'
import { vi } from 'vitest'

/**
 * What names resolve to in this process, all of them alike: each look-up gives the next of these answers, a
 * moment later, and the last one from then on.
 */
export function resolveInTurn(...turns: string[][]) {
  const lookup = ((_: string, __: unknown, done: (...results: unknown[]) => void) => {
    const addresses = (turns.length > 1 ? turns.shift() : turns[0]) ?? []
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    setTimeout(done, 10, null, found)
  }) as unknown as typeof dns.lookup
  return vi.spyOn(dns, 'lookup').mockImplementation(lookup)
}

/** All names resolve to these addresses and to nothing else. */
export function resolveTo(...addresses: string[]) {
  return resolveInTurn(addresses)
}
