import { setTimeout as sleep } from 'node:timers/promises'
import { GrantkeeperError } from './errors.ts'

/**
 * What `work` comes to, within so many milliseconds. It is not stopped after that: it goes on, and nobody
 * waits for it any more.
 * @throws {GrantkeeperError} `temporarily_unavailable`, when it takes longer
 */
export async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  const timer = new AbortController()
  const late = sleep(ms, undefined, { signal: timer.signal }).then(() => {
    throw new GrantkeeperError('temporarily_unavailable', { retryAfterS: 5 })
  })
  // Stopped, once the work is done: that is no failure of anybody's.
  late.catch(() => {})
  return Promise.race([work, late]).finally(() => timer.abort())
}
