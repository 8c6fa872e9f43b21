import type { ProviderEntry } from '#lib/providers/schema'
import type { Place } from './place.ts'
import type { Script } from './third-party.ts'

type Told = {
  /** Also the provider's id in the running app. */
  name: string
  /** The public report, or the page of documentation, that the shape comes from; none: our own variation. */
  source?: string
  sent: string
  expected: string
}

/**
 * One shape that a real server or browser sends, as somebody reported it about some other software, or as
 * its maker documents it; and the walk that tries it on the running app.
 */
export type Report = Told & {
  /** What the entry of this provider says besides the usual. */
  entry?: Partial<ProviderEntry>
  script?: Script
  walk: (place: Place) => Promise<void>
}

/** One that is tried by the tests of a row of docs/threats.json, or that no entry can express yet. */
export type Listed = Told & ({ elsewhere: string } | { later: string })
