import { aborted } from '#lib/aborted'
import { env } from '#lib/env'
import { GrantkeeperError } from '#lib/errors'

/** How long a call is waited for, and how much may pass. */
export type Patience = {
  /** Aborted when it ends: because the client left, took or was kept waiting too long, or by `end`. */
  signal: AbortSignal
  /**
   * Passes a body on, chunk by chunk as it is asked for: each is a sign of life.
   * @throws {GrantkeeperError} `tooLarge` after `bytes`
   */
  pass: (chunks: AsyncIterable<Uint8Array>, limit: Limit) => AsyncGenerator<Buffer>
  /** Ends what is still open. Any number of times. */
  end: () => void
}

export type Limit = { bytes: number; tooLarge: GrantkeeperError }

/** APIs think longer than token endpoints: a report may take half a minute to begin. */
const idleDeadlines = 3
/** Below the five minutes that Node itself gives a request, so that the client hears of it from us. */
const totalDeadlines = 12

/** Begins to wait; `client` is aborted when the client leaves. In units of `TOKEN_DEADLINE_MS`. */
export function startPatience(client: AbortSignal): Patience {
  const controller = new AbortController()
  const { signal } = controller
  const giveUp = () =>
    controller.abort(new GrantkeeperError('temporarily_unavailable', { status: 504 }))
  const idle = setTimeout(giveUp, idleDeadlines * env().TOKEN_DEADLINE_MS)
  const total = setTimeout(giveUp, totalDeadlines * env().TOKEN_DEADLINE_MS)
  const end = () => controller.abort()
  signal.addEventListener('abort', () => {
    clearTimeout(idle)
    clearTimeout(total)
    client.removeEventListener('abort', giveUp)
  })
  client.addEventListener('abort', giveUp)
  if (client.aborted) giveUp()
  return { signal, end, pass: (chunks, limit) => pass(chunks, { signal, limit, idle }) }
}

async function* pass(
  chunks: AsyncIterable<Uint8Array>,
  { signal, limit, idle }: { signal: AbortSignal; limit: Limit; idle: NodeJS.Timeout },
): AsyncGenerator<Buffer> {
  const iterator = chunks[Symbol.asyncIterator]()
  // One for all chunks, so that no listener is added for each.
  const cut = aborted(signal)
  let size = 0
  try {
    for (;;) {
      const { value, done } = await Promise.race([iterator.next(), cut])
      if (done) return
      idle.refresh()
      size += value.byteLength
      if (size > limit.bytes) throw limit.tooLarge
      yield Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    }
  } finally {
    // Not awaited: a source that waits for its next chunk would keep us here.
    void iterator.return?.().then(undefined, () => {})
  }
}
