import type { UrlPattern } from '../url-pattern.ts'

/** What `lib/env.ts` read of a relay, and of the deployment itself. */
type RelaySettings = {
  APP_BASE_URL: readonly string[]
  RELAY_URL?: string | undefined
  RELAY_KEYS?: ReadonlyMap<number, Buffer> | undefined
  RELAY_HOSTS: readonly UrlPattern[]
}

/** One sentence for each way in which the settings of the relay contradict one another. */
export function* relayContradictions(settings: RelaySettings): Generator<string> {
  const { APP_BASE_URL, RELAY_URL, RELAY_KEYS, RELAY_HOSTS } = settings
  const isStable = RELAY_HOSTS.length > 0
  if (RELAY_URL && !RELAY_KEYS)
    yield 'RELAY_KEYS is missing: with RELAY_URL a preview seals its own host for the relay, with the same keys as the stable deployment'
  if (isStable && !RELAY_KEYS)
    yield 'RELAY_KEYS is missing: with RELAY_HOSTS the stable deployment opens what its previews sealed, with the same keys'
  if (RELAY_URL && isStable)
    yield 'RELAY_URL is for a preview and RELAY_HOSTS for the stable deployment: one deployment has one of them'
  if (RELAY_URL && APP_BASE_URL.includes(RELAY_URL))
    yield 'RELAY_URL is this deployment itself: it is for previews, and names the stable deployment'
}
