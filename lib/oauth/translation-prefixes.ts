import type dns from 'node:dns'
import { oncePerProcess } from '#lib/process'
import { prefixesIn, type TranslationPrefix, translatedName } from './translation.ts'

type LookUp = (name: string, options: dns.LookupOptions) => Promise<dns.LookupAddress[]>
type Known = { prefixes: TranslationPrefix[]; until: number }

/**
 * The prefixes by which this network translates IPv6 to IPv4, asked for as RFC 7050 says, when an IPv6 address is
 * first met: a name under a hostile third party's control could have one that leads inside. Kept for an hour, or a
 * minute where there was no answer: then the last ones count on.
 */
export async function translationPrefixes(lookUp: LookUp): Promise<TranslationPrefix[]> {
  const known = oncePerProcess('translation prefixes', (): Known => ({ prefixes: [], until: 0 }))
  if (known.until > Date.now()) return known.prefixes
  try {
    const found = await lookUp(translatedName, { family: 6 })
    known.prefixes = prefixesIn(found.map(({ address }) => address))
    known.until = Date.now() + 3_600_000
  } catch (error) {
    // Where nothing is translated, the name has no such address, and that is an answer.
    const isAnswer = (error as NodeJS.ErrnoException).code === 'ENOTFOUND'
    known.until = Date.now() + (isAnswer ? 3_600_000 : 60_000)
  }
  return known.prefixes
}
