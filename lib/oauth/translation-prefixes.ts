import type dns from 'node:dns'
import { inTime } from '#lib/in-time'
import { oncePerProcess } from '#lib/process'
import { prefixesIn, type TranslationPrefix, translatedName } from './translation.ts'

type LookUp = (name: string, options: dns.LookupOptions) => Promise<dns.LookupAddress[]>
type Known = { prefixes: TranslationPrefix[]; until: number; asking: Promise<void> | undefined }

/**
 * The prefixes by which this network translates IPv6 to IPv4, asked for as RFC 7050 says, when an IPv6 address is
 * first met: a name of a hostile third party could have one that leads inside. Kept for an hour, or for a minute
 * where there was no answer: then the last ones count on, and no call waits longer than a second for it.
 */
export async function translationPrefixes(lookUp: LookUp): Promise<TranslationPrefix[]> {
  const known = oncePerProcess(
    'translation prefixes',
    (): Known => ({ prefixes: [], until: 0, asking: undefined }),
  )
  if (known.until > Date.now()) return known.prefixes
  known.asking ??= ask(known, lookUp).finally(() => {
    known.asking = undefined
  })
  // An answer that comes later counts from then on.
  await inTime(known.asking, patienceMs).catch(() => {
    known.until = Date.now() + minuteMs
  })
  return known.prefixes
}

const patienceMs = 1_000
const minuteMs = 60_000

async function ask(known: Known, lookUp: LookUp): Promise<void> {
  try {
    const found = await lookUp(translatedName, { family: 6 })
    known.prefixes = prefixesIn(found.map(({ address }) => address))
    known.until = Date.now() + 60 * minuteMs
  } catch (error) {
    // Where nothing is translated, the name has no such address, and that is an answer.
    const isAnswer = (error as NodeJS.ErrnoException).code === 'ENOTFOUND'
    known.until = Date.now() + (isAnswer ? 60 : 1) * minuteMs
  }
}
