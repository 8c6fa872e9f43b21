import type { WireResponse } from '#lib/providers/quirks'
import type { Provider } from '#lib/providers/schema'
import { readAsSent } from './raw-answer.ts'

type Declared = Provider['refresh_errors'][number]

/**
 * What a provider's entry says that an answer to a refresh means; the first that fits. `body` is as the
 * provider sent it. An outage is never asked about: it ends no grant, whatever its words.
 */
export function declaredMeaning(
  declared: Declared[],
  { status, body }: { status: number; body: unknown },
): Declared['means'] | undefined {
  return declared.find((one) => one.status === status && isSaid(one, body))?.means
}

/** Whether the entry has a word for this answer, with the tokens that it may hold left aside. */
export function isDeclared(declared: Declared[], sent: WireResponse): boolean {
  const { body } = readAsSent(sent, undefined)
  return declaredMeaning(declared, { status: sent.status, body }) !== undefined
}

function isSaid({ path, equals }: Declared, body: unknown): boolean {
  if (path === undefined) return true
  const found = at(path, body)
  const isText = typeof found === 'string' || typeof found === 'number'
  return isText && (equals === undefined || String(found) === equals)
}

/** Of lists, an index is a part of the path too: `errors.0.code`. */
function at(path: string, body: unknown): unknown {
  let value = body
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = (value as Record<string, unknown>)[part]
  }
  return value
}
