import type { Visitor } from './browser-client.ts'
import type { Cookie } from './cookie-jar.ts'
import { visitCallback } from './flow.ts'
import { expectError } from './outcome.ts'

/**
 * A transaction that was used stays used: with the browser's cookies from before put back, even the
 * provider's own answer is refused.
 */
export async function expectBurned(
  visitor: Visitor,
  {
    cookies,
    callback,
    returnTo,
  }: { cookies: readonly Cookie[]; callback: URL; returnTo?: string | undefined },
): Promise<void> {
  visitor.jar.restore(cookies)
  expectError(await visitCallback(visitor, callback), 'invalid_state', returnTo)
}

/** The same callback with other parameters; undefined takes one away. */
export function withParameters(callback: URL, changes: Record<string, string | undefined>): URL {
  const changed = new URL(callback)
  for (const [name, value] of Object.entries(changes))
    if (value === undefined) changed.searchParams.delete(name)
    else changed.searchParams.set(name, value)
  return changed
}
