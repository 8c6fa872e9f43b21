import ipaddr from 'ipaddr.js'

/**
 * False for loopback, private, link-local, shared, multicast and reserved addresses. Of the translated ones
 * only the well-known prefix counts (RFC 6052 §2.1), as the IPv4 address in it does: a network without
 * IPv4 of its own gives every name such an address.
 */
export function isPublicAddress(address: string): boolean {
  const parsed = ipaddr.process(address)
  const isTranslated =
    parsed instanceof ipaddr.IPv6 && parsed.match(ipaddr.parseCIDR('64:ff9b::/96'))
  if (isTranslated) return isPublicAddress(embedded(parsed))
  // Of IPv6 only 2000::/3 is given out (RFC 4291 §2.4); `::7f00:1` would pass as unicast.
  const isGiven = parsed instanceof ipaddr.IPv4 || parsed.match(ipaddr.parseCIDR('2000::/3'))
  return isGiven && parsed.range() === 'unicast'
}

function embedded(translated: ipaddr.IPv6): string {
  return translated.toByteArray().slice(-4).join('.')
}
