import { setTimeout as sleep } from 'node:timers/promises'
import { goOn } from '#lib/background'

/**
 * Does what must be written down, and goes on trying behind the back of whoever waits when the database
 * does not take it at once.
 * @param patienceMs after which nobody tries any more
 * @throws whatever the first try threw
 */
export async function insist(write: () => Promise<unknown>, patienceMs: number): Promise<void> {
  try {
    await write()
  } catch (error) {
    goOn(retry(write, performance.now() + patienceMs))
    throw error
  }
}

async function retry(write: () => Promise<unknown>, giveUpAt: number): Promise<void> {
  for (let pause = 100; performance.now() < giveUpAt; pause = Math.min(pause * 2, 2000)) {
    await sleep(pause)
    const isWritten = await write().then(
      () => true,
      () => false,
    )
    if (isWritten) return
  }
}
