import { hkdfSync } from 'node:crypto'
import { sealData } from 'iron-session'

export type SealedAs = {
  /** As in RELAY_KEYS or TRANSACTION_KEYS, one key. */
  keys: string
  purpose?: 'relay' | 'transaction'
}

/** A state for the relay, as whoever has the keys can seal it: a good one but for `content`. */
export function sealState(content: object, { keys, purpose = 'relay' }: SealedAs): Promise<string> {
  const [number = '', base64 = ''] = keys.split(':')
  const derived = hkdfSync(
    'sha256',
    Buffer.from(base64, 'base64'),
    '',
    `grantkeeper ${purpose}`,
    32,
  )
  const password = { [number]: Buffer.from(derived).toString('base64') }
  const exp = Math.floor(Date.now() / 1000) + 300
  const good = { typ: 'relay', inner_state: 'i'.repeat(43), exp }
  return sealData({ ...good, ...content }, { password, ttl: 0 })
}
