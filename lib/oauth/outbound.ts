import type { Dispatcher } from 'undici'
import { aborted } from '#lib/aborted'
import { env } from '#lib/env'
import { GrantkeeperError } from '#lib/errors'
import { oncePerProcess } from '#lib/process'
import type { WireRequest, WireResponse } from '#lib/providers/quirks'
import { unpacked } from './unpacked.ts'
import { isCallable, isPassing, openAgent } from './vetted.ts'

/**
 * One call to a third party: never retried, never redirected, to public addresses only, bounded in
 * time (`TOKEN_DEADLINE_MS` for everything from the look-up to the last byte) and size.
 * @param lane what nobody waits for never takes the connections of what somebody does
 * @throws {GrantkeeperError} `temporarily_unavailable` where trying later makes sense, else `exchange_failed`;
 *   its cause is a `BadAnswer` where one came
 */
export async function callThirdParty(
  { url, method, headers, body }: WireRequest,
  lane: Lane = 'people',
  reading: Reading = {},
): Promise<WireResponse> {
  const target = new URL(url)
  if (!(await isCallable(target)))
    throw new GrantkeeperError('exchange_failed', { cause: new Error('forbidden address') })
  const { signal, clear } = deadline(env().TOKEN_DEADLINE_MS)
  const options = {
    method: method as Dispatcher.HttpMethod,
    headers: {
      ...Object.fromEntries(headers),
      'user-agent': 'Grantkeeper',
      'accept-encoding': 'identity',
    },
    body: body ?? null,
    signal,
  }
  const call = ask(target, options, { lane, ...reading })
  try {
    // undici heeds a signal only once it has a connection. Whoever waits for one, because the other side
    // does not accept or too many are before him, is let go in time too, and his request never sent.
    return await Promise.race([call, aborted(signal)])
  } catch (error) {
    throw asUnavailable(error)
  } finally {
    clear()
  }
}

/** Loads what calls are made with, ahead of the first: that takes a tenth of a start, which does without. */
export async function prepareToCall(): Promise<void> {
  await undici()
}

/** An answer that came, and is none that can be read: what was asked with it has been received. */
export class BadAnswer extends Error {
  readonly kind: 'redirected' | 'too_large' | 'undecodable'

  constructor(kind: BadAnswer['kind'], options?: ErrorOptions) {
    super(kind, options)
    this.kind = kind
  }
}

/**
 * How much of an answer is read, raw and unpacked alike (1 MiB unless told). `isLenient`: what is not
 * UTF-8, or not packed as it says, is read as far as it can be, since a token may be in it.
 */
export type Reading = { maxBytes?: number; isLenient?: boolean }

/** `people` wait for it: a page, or a job that asks for a token. `renewals`: done for their own sake. */
export type Lane = keyof typeof connections

/** To one origin: the bulkhead between a slow provider and all others. */
const connections = { people: 32, renewals: 256 }

/** As `AbortSignal.timeout`, which could not be cleared: it would end each call again, long after its end. */
function deadline(ms: number): { signal: AbortSignal; clear: () => void } {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(new DOMException('deadline', 'TimeoutError')), ms)
  return { signal: late.signal, clear: () => clearTimeout(timer) }
}

async function ask(
  target: URL,
  options: Omit<Dispatcher.RequestOptions, 'origin' | 'path'>,
  { lane, maxBytes = 1_048_576, isLenient = false }: Reading & { lane: Lane },
): Promise<WireResponse> {
  const { Agent, request } = await undici()
  const dispatcher = oncePerProcess(`outbound ${lane}`, () => openAgent(Agent, connections[lane]))
  const response = await request(target, { ...options, dispatcher })
  if (response.statusCode >= 300 && response.statusCode < 400) {
    // Without a listener the stream's own error would end this process.
    response.body.on('error', () => {}).destroy()
    throw new GrantkeeperError('exchange_failed', { cause: redirected(response.headers.location) })
  }
  return {
    status: response.statusCode,
    headers: toHeaders(response.headers),
    body: decode(await readCapped(response.body, maxBytes), {
      ...{ encoding: response.headers['content-encoding'], maxBytes, isLenient },
    }),
  }
}

/** Where a redirect led is for `metadata.ts` alone: nobody else follows one. */
function redirected(location: string | string[] | undefined): Error & { location?: string } {
  const error = new BadAnswer('redirected')
  return typeof location === 'string' ? Object.assign(error, { location }) : error
}

function undici() {
  return import('undici')
}

async function readCapped(
  stream: Dispatcher.ResponseData['body'],
  maxBytes: number,
): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.length
    if (size > maxBytes)
      throw new GrantkeeperError('exchange_failed', { cause: new BadAnswer('too_large') })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

type Coded = { encoding: string | string[] | undefined; maxBytes: number; isLenient: boolean }

/** The text of a body, without a byte order mark (RFC 8259 §8.1: it may be ignored). */
function decode(data: Buffer, coded: Coded): string {
  try {
    return new TextDecoder('utf-8', { fatal: !coded.isLenient }).decode(unpacked(data, coded))
  } catch (cause) {
    throw new GrantkeeperError('exchange_failed', {
      cause: new BadAnswer('undecodable', { cause }),
    })
  }
}

function toHeaders(raw: Record<string, string | string[] | undefined>): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(raw))
    for (const one of [value ?? []].flat()) headers.append(name, one)
  return headers
}

function asUnavailable(error: unknown): GrantkeeperError {
  if (error instanceof GrantkeeperError) return error
  return new GrantkeeperError(isPassing(error) ? 'temporarily_unavailable' : 'exchange_failed', {
    cause: error,
  })
}
