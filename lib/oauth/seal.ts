import { hkdfSync } from 'node:crypto'
import { sealData, unsealData } from 'iron-session'
import { env } from '#lib/env'
import type { KeyRing } from '#lib/settings/values'

/** What a seal is for. Each has a key of its own, so that none opens as another (RFC 5869). */
export type Purpose = 'transaction' | 'ticket' | 'completion' | 'relay'

/** Seals `data` for one purpose: nobody without our keys can read or change it. It has no end of its own. */
export function sealFor(purpose: Purpose, data: object): Promise<string> {
  return sealData(data, { password: passwords(purpose), ttl: 0 })
}

/**
 * What was sealed for this purpose, or undefined: iron-session answers a bad seal with an empty object,
 * or throws. Seals replay: whoever opens one sees to its time, and that it is used once.
 */
export async function unsealFor(purpose: Purpose, value: string): Promise<unknown> {
  // The version behind the ~ is not part of what is sealed: iron-session would take any.
  if (!/^[^~]+~2$/.test(value)) return undefined
  try {
    return await unsealData(value, { password: passwords(purpose), ttl: 0 })
  } catch {
    return undefined
  }
}

/** Derived once a key ring: it costs a tenth of a seal. */
function passwords(purpose: Purpose): Record<string, string> {
  const { TRANSACTION_KEYS, RELAY_KEYS = none } = env()
  // What a preview and the stable deployment share opens nothing else of either.
  const keys = purpose === 'relay' ? RELAY_KEYS : TRANSACTION_KEYS
  const known = derived.get(keys) ?? {}
  known[purpose] ??= Object.fromEntries(
    [...keys].map(([number, key]) => [
      number,
      Buffer.from(hkdfSync('sha256', key, '', `grantkeeper ${purpose}`, 32)).toString('base64'),
    ]),
  )
  derived.set(keys, known)
  return known[purpose]
}

const none: KeyRing = new Map()
const derived = new WeakMap<KeyRing, Partial<Record<Purpose, Record<string, string>>>>()
