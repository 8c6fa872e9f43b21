import { codeOf, GrantkeeperError } from '#lib/errors'
import type { StreamedAnswer } from '#lib/oauth/outbound-stream'
import { logEvent } from '#lib/telemetry'
import { begin, whole } from './beginning.ts'
import { decoded } from './decoded.ts'
import type { Patience } from './patience.ts'
import { responseHeaders } from './response-headers.ts'
import { searchForEcho } from './token-echo.ts'

export type ApiAnswer = { status: number; headers: Headers; body: ReadableStream | null }

/** What is known of the call that is answered. `accessToken` must not be in what it answers. */
export type Answered = {
  provider: string
  method: string
  accessToken: string
  patience: Patience
}

/**
 * An API's answer as it goes on to the client: its body plain, searched, and as fast as it is taken.
 * @throws {GrantkeeperError} `provider_error`, `temporarily_unavailable`
 */
export async function passOn(answer: StreamedAnswer, answered: Answered): Promise<ApiAnswer> {
  const { status } = answer
  const { patience } = answered
  const headers = responseHeaders(answer.headers)
  assertPassable(status, headers)
  const search = searchForEcho(answered.accessToken)
  search.headers(headers)
  if (answered.method === 'HEAD' || bodiless.has(status)) {
    patience.end()
    return { status, headers, body: null }
  }
  const plain = decoded(answer.body, answer.headers['content-encoding'])
  const tooLarge = new GrantkeeperError('provider_error', { cause: new Error('too large') })
  const passed = search.body(patience.pass(plain, { bytes: maxBytes, tooLarge }))
  const held = await begin(passed, heldBytes).catch((error) => {
    throw asProviderError(error)
  })
  return { status, headers, body: toStream(whole(held), answered) }
}

const maxBytes = 64 * 1024 * 1024
/** So much of an answer is searched before its status leaves; what follows can only be cut off. */
const heldBytes = 64 * 1024

/** RFC 9110: statuses that have no content. */
const bodiless = new Set([204, 205, 304])

/** What has no place in an answer that ends: other statuses, event streams, and more than may pass. */
function assertPassable(status: number, headers: Headers): void {
  const isEvents = headers.get('content-type')?.startsWith('text/event-stream')
  const isTooLarge = Number(headers.get('content-length')) > maxBytes
  if (status < 200 || status > 599 || isEvents || isTooLarge)
    throw new GrantkeeperError('provider_error')
}

/** A body that breaks off, or is not packed as it says. */
function asProviderError(cause: unknown): GrantkeeperError {
  return cause instanceof GrantkeeperError
    ? cause
    : new GrantkeeperError('provider_error', { cause })
}

/** Asks for a chunk only when one is wanted: that is the back-pressure. */
function toStream(
  chunks: AsyncGenerator<Buffer>,
  { provider, patience: { end } }: Answered,
): ReadableStream {
  const cutOff = (error: unknown): never => {
    logEvent('warn', 'proxy_cut_off', { provider, code: codeOf(error), cause: error })
    end()
    throw error
  }
  return new ReadableStream(
    {
      async pull(controller) {
        const { value, done } = await chunks.next().catch(cutOff)
        if (!done) return controller.enqueue(value)
        end()
        controller.close()
      },
      cancel: end,
    },
    { highWaterMark: 0 },
  )
}
