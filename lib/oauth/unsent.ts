import { BadAnswer } from './outbound.ts'

/**
 * True where a request certainly never left: no address, no connection, no certificate to trust. What
 * it carried can be sent again as if nothing had been.
 */
export function wasNeverSent(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at.message === 'forbidden address') return true
    if ('code' in at && unsent.test(String(at.code))) return true
  }
  return false
}

/** What was wrong with the answer that came, or undefined where none did. */
export function badAnswerOf(error: unknown): BadAnswer['kind'] | undefined {
  for (let at = error; at instanceof Error; at = at.cause)
    if (at instanceof BadAnswer) return at.kind
  return undefined
}

/** A reset or a time-out is not among them: it may come after the provider has read all. */
const unsent =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_.*|ERR_TLS_.*|.*SELF_SIGNED_CERT.*|UNABLE_TO_.*)$/
