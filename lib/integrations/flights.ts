import { setTimeout as sleep } from 'node:timers/promises'
import { GrantkeeperError } from '#lib/errors'
import { oncePerProcess } from '#lib/process'

/**
 * Runs `work` for one grant, or joins the run that is on: one flight a grant and process. The key is
 * the grant's id, so that what one user waits for is never another's.
 * @throws {GrantkeeperError} `temporarily_unavailable` once this process is stopping
 */
export function inFlight(grantId: string, work: () => Promise<void>): Promise<void> {
  const { flights, isStopping } = state()
  const joined = flights.get(grantId)
  if (joined) return joined
  if (isStopping)
    return Promise.reject(new GrantkeeperError('temporarily_unavailable', { retryAfterS: 1 }))
  const flight = work().finally(() => flights.delete(grantId))
  flights.set(grantId, flight)
  return flight
}

/** Begins no more flights, and waits for those that are on, at most `deadlineMs`. */
export async function land(deadlineMs: number): Promise<void> {
  const held = state()
  held.isStopping = true
  const all = Promise.allSettled(held.flights.values())
  await Promise.race([all, sleep(deadlineMs, undefined, { ref: false })])
}

function state(): { flights: Map<string, Promise<void>>; isStopping: boolean } {
  return oncePerProcess('flights', () => ({ flights: new Map(), isStopping: false }))
}
