import { database } from '#db'
import { goOn } from '#lib/background'
import { GrantkeeperError } from '#lib/errors'
import { oncePerProcess } from '#lib/process'
import { logEvent } from '#lib/telemetry'
import { keyOf, storing, type Uses } from './use-writes.ts'

/** One use of a grant: by a backend job of that name, or by its user, whose SPA calls through the proxy. */
export type Use = Omit<Uses, 'minute' | 'times'>

/**
 * Remembers that a grant was used. Nothing is written now: uses are gathered, a caller, grant and minute
 * in one, and stored every few seconds. A crash loses those seconds of use, and nothing else.
 */
export function noteUse({ grantId, userId, provider, caller, actor }: Use): void {
  const held = gathered()
  const minute = Math.floor(Date.now() / 60_000) * 60_000
  const key = keyOf({ grantId, minute, actor, caller })
  const before = held.uses.get(key)
  if (before) before.times += 1
  else held.uses.set(key, { grantId, userId, provider, caller, actor, minute, times: 1 })
  if (held.timer) return
  const { promise, resolve } = Promise.withResolvers<void>()
  held.timer = setTimeout(() => void storeUses().finally(resolve), storeEveryMs).unref()
  goOn(promise)
}

/** Stores what was gathered, in few transactions. What cannot be stored is kept for the next time. */
export async function storeUses(): Promise<void> {
  const held = gathered()
  clearTimeout(held.timer)
  held.timer = undefined
  // What could not be stored at first stands behind what came since.
  const uses = [...held.uses.values()].toSorted((one, other) => one.minute - other.minute)
  if (uses.length === 0) return
  held.uses = new Map()
  for (let at = 0; at < uses.length; at += batch) await storeBatch(uses.slice(at, at + batch))
}

async function storeBatch(uses: Uses[]): Promise<void> {
  try {
    const opened = await database()
    const isStored = await opened.atomically(() => storing(opened, uses))
    if (!isStored) throw new GrantkeeperError('server_error')
  } catch (cause) {
    logEvent('warn', 'uses_not_stored', { count: uses.length, cause })
    if (gathered().uses.size < mostKept) for (const use of uses) takeBack(use)
  }
}

const storeEveryMs = 2_000
const batch = 200
/** More than that are not kept in memory while the database is away. */
const mostKept = 10_000

function gathered(): { uses: Map<string, Uses>; timer: NodeJS.Timeout | undefined } {
  return oncePerProcess('uses', () => ({ uses: new Map(), timer: undefined }))
}

function takeBack(use: Uses): void {
  const { uses } = gathered()
  const key = keyOf(use)
  const since = uses.get(key)
  uses.set(key, { ...use, times: use.times + (since?.times ?? 0) })
}
