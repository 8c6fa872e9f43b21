import ipaddr from 'ipaddr.js'
import { isPublicAddress } from '#lib/public-address'

/** A prefix under which a network translates to IPv4 (RFC 6052 §2.2): its bytes, and where the IPv4 address stands. */
export type TranslationPrefix = { prefix: number[]; places: readonly number[] }

/** RFC 7050 §3: the name that has these two addresses, and no others, everywhere. */
export const translatedName = 'ipv4only.arpa'
const wellKnown = ['192.0.0.170', '192.0.0.171']

/** RFC 6052 §2.2: the bytes of the IPv4 address by the length of the prefix; byte 8 is left out. */
const layouts: Record<number, readonly number[]> = {
  32: [4, 5, 6, 7],
  40: [5, 6, 7, 9],
  48: [6, 7, 9, 10],
  56: [7, 9, 10, 11],
  64: [9, 10, 11, 12],
  96: [12, 13, 14, 15],
}

/** The prefixes that the IPv6 addresses of `ipv4only.arpa` give away: none where the network does not translate. */
export function prefixesIn(addresses: readonly string[]): TranslationPrefix[] {
  return addresses.flatMap((address) => {
    const bytes = bytesOf(address)
    return Object.entries(layouts).flatMap(([length, places]) =>
      wellKnown.includes(embedded(bytes, places))
        ? [{ prefix: bytes.slice(0, Number(length) / 8), places }]
        : [],
    )
  })
}

/** Whether an address leads to an IPv4 address that is not public, by one of the prefixes. */
export function leadsInside(address: string, prefixes: readonly TranslationPrefix[]): boolean {
  const bytes = bytesOf(address)
  return prefixes.some(
    ({ prefix, places }) =>
      prefix.every((byte, index) => bytes[index] === byte) &&
      !isPublicAddress(embedded(bytes, places)),
  )
}

function embedded(bytes: readonly number[], places: readonly number[]): string {
  return places.map((place) => bytes[place] ?? 0).join('.')
}

function bytesOf(address: string): number[] {
  return ipaddr.parse(address).toByteArray()
}
