import { setTimeout as sleep } from 'node:timers/promises'
import { GrantkeeperError } from '#lib/errors'
import { oncePerProcess } from '#lib/process'

/**
 * Runs `work`, or joins the run of the same key that is on. Where the key is a grant's id, there is one
 * flight a grant and process, and what one user waits for is never another's.
 * @throws {GrantkeeperError} `temporarily_unavailable` once this process is stopping
 */
export function inFlight(key: string, work: () => Promise<void>): Promise<void> {
  const { flights } = state()
  const joined = flights.get(key)
  if (joined) return joined
  if (isStopping())
    return Promise.reject(new GrantkeeperError('temporarily_unavailable', { retryAfterS: 1 }))
  const flight = work().finally(() => flights.delete(key))
  flights.set(key, flight)
  return flight
}

/** True once no more flights begin. */
export function isStopping(): boolean {
  return state().isStopping
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
