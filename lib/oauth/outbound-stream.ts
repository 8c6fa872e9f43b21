import type { Readable } from 'node:stream'
import { Agent, type Dispatcher, request as send } from 'undici'
import { aborted } from '#lib/aborted'
import { GrantkeeperError } from '#lib/errors'
import { oncePerProcess } from '#lib/process'
import { isCallable, isPassing, openAgent } from './vetted.ts'

export type StreamedRequest = {
  url: URL
  method: string
  headers: Record<string, string>
  /** A stream is sent chunk by chunk, as fast as it is taken. */
  body: Buffer | Readable | undefined
  /** Ends the call at any time, and its connection with it. */
  signal: AbortSignal
}

export type StreamedAnswer = {
  status: number
  headers: Record<string, string | string[] | undefined>
  /** To be read to its end, or destroyed. */
  body: Readable
}

/**
 * A call to a third party whose bodies pass through: as `callThirdParty` never retried, never
 * redirected, to public addresses only; but time and size are the caller's to bound.
 * @throws {GrantkeeperError} `temporarily_unavailable` (502) where trying later makes sense, else
 *   `provider_error`, or the GrantkeeperError with which `signal` was aborted
 */
export async function streamThirdParty(asked: StreamedRequest): Promise<StreamedAnswer> {
  const { url, signal, method, ...rest } = asked
  if (!(await isCallable(url))) throw refused('forbidden address')
  const dispatcher = oncePerProcess('outbound-stream', () => openAgent(Agent, connections))
  const options = { ...rest, method: method as Dispatcher.HttpMethod, signal, dispatcher }
  try {
    const call = send(url, { ...options, body: asked.body ?? null })
    const { statusCode, headers, body } = await Promise.race([call, aborted(signal)])
    // Whoever reads the body hears of its end; without a listener it would also end this process.
    body.on('error', () => {})
    if (!isRedirect(statusCode)) return { status: statusCode, headers, body }
    body.destroy()
  } catch (error) {
    throw asRefused(error)
  }
  throw refused('redirected')
}

/** Its own, and more than for tokens: calls may be many and long, and must not keep a refresh waiting. */
const connections = 256

/** 304 answers a condition, and leads nowhere. */
function isRedirect(status: number): boolean {
  return status >= 300 && status < 400 && status !== 304
}

function refused(why: string): GrantkeeperError {
  return new GrantkeeperError('provider_error', { cause: new Error(why) })
}

function asRefused(error: unknown): GrantkeeperError {
  if (error instanceof GrantkeeperError) return error
  return isPassing(error)
    ? new GrantkeeperError('temporarily_unavailable', { cause: error, status: 502 })
    : new GrantkeeperError('provider_error', { cause: error })
}
