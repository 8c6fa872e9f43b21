import type { ServerResponse } from 'node:http'

/** Requests that are being answered now, and the most that were at once. */
export type Load = { inFlight: number; peak: number }

export type LoadMeter = ReturnType<typeof loadMeter>

/** Counts from a request's arrival until its answer is out, or its client gone. */
export function loadMeter() {
  const load: Load = { inFlight: 0, peak: 0 }
  return {
    read: (): Load => ({ ...load }),
    enter(response: ServerResponse): void {
      load.inFlight += 1
      load.peak = Math.max(load.peak, load.inFlight)
      response.once('close', () => {
        load.inFlight -= 1
      })
    },
    reset(): void {
      load.peak = load.inFlight
    },
  }
}
