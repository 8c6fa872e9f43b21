import { createHash } from 'node:crypto'
import type { OfferedProvider } from './load.ts'

/**
 * Names one configuration of a provider, in 43 characters: a transaction begun under another one
 * is not finished (MX-09). Covers the entry and the client's id; never its secret.
 */
export function configHash({ client, ...entry }: OfferedProvider): string {
  const text = JSON.stringify(canonical({ ...entry, client_id: client.id }))
  return createHash('sha256').update(text).digest('base64url')
}

/** The same value with its keys in order, so that equal configurations give equal texts. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, canonical(inner)]),
  )
}
