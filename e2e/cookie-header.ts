import type { Visitor } from './browser-client.ts'

type Pair = { name: string; value: string }

/** The cookies that say who is logged in. */
export function sessionOf({ jar }: Visitor): Pair[] {
  return jar.all().filter(({ name }) => /^__(Host-)?session/.test(name))
}

/** The cookies of the flows that have begun in this browser, oldest first. */
export function transactionsOf({ jar }: Visitor): Pair[] {
  return jar.all().filter(({ name }) => /^(__Host-)?oauth_tx_/.test(name))
}

/** One of them. */
export function transactionOf(visitor: Visitor, cookieName: string): Pair {
  const found = transactionsOf(visitor).find(({ name }) => name === cookieName)
  if (!found) throw new Error(`${visitor.name} has no cookie ${cookieName}`)
  return found
}

/** A Cookie header of exactly these, in this order, repeated names included. */
export function cookieHeader(...pairs: readonly Pair[]): string {
  return pairs.map(({ name, value }) => `${name}=${value}`).join('; ')
}
