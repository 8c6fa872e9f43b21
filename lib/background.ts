import { oncePerProcess } from './process.ts'

/**
 * Work that goes on after the answer that began it. A server simply goes on; where functions are frozen
 * once they have answered, `keepAwake` was told how to hold them.
 */
export function goOn(work: Promise<unknown>): void {
  const settled = work.catch(() => undefined)
  holder().hold?.(settled)
}

/** Tells how to keep this process awake until `work` is done. */
export function keepAwake(hold: (work: Promise<unknown>) => void): void {
  holder().hold = hold
}

function holder(): { hold?: (work: Promise<unknown>) => void } {
  return oncePerProcess('background', () => ({}))
}
