import { GrantkeeperError } from '#lib/errors'
import { oncePerProcess } from '#lib/process'
import type { User } from '#lib/session'

/**
 * Lets a user make one more call, unless too many of theirs are open in this process.
 * @returns what gives the turn back; only the first call counts
 * @throws {GrantkeeperError} `rate_limited`
 */
export function takeTurn({ id }: User): () => void {
  const open = oncePerProcess('open-calls', () => new Map<string, number>())
  const before = open.get(id) ?? 0
  if (before >= mostAtOnce) throw new GrantkeeperError('rate_limited', { retryAfterS: 1 })
  open.set(id, before + 1)
  let isTaken = true
  return () => {
    if (!isTaken) return
    isTaken = false
    const others = (open.get(id) ?? 1) - 1
    if (others === 0) open.delete(id)
    else open.set(id, others)
  }
}

/** A quarter of the connections to one origin: a page loads less at once, and nobody takes all. */
const mostAtOnce = 64
