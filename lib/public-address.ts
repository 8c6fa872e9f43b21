import ipaddr from 'ipaddr.js'

/** False for loopback, private, link-local, shared, multicast, reserved and translated addresses. */
export function isPublicAddress(address: string): boolean {
  const parsed = ipaddr.process(address)
  // Of IPv6 only 2000::/3 is given out (RFC 4291 §2.4); `::7f00:1` would pass as unicast.
  const isGiven = parsed instanceof ipaddr.IPv4 || parsed.match(ipaddr.parseCIDR('2000::/3'))
  return isGiven && parsed.range() === 'unicast'
}

/** Whether a network has made this IPv6 address of an IPv4 one (RFC 6052 §2.1), for a name that has no other. */
export function isTranslated(address: string): boolean {
  const parsed = ipaddr.process(address)
  return parsed instanceof ipaddr.IPv6 && parsed.match(ipaddr.parseCIDR('64:ff9b::/96'))
}
