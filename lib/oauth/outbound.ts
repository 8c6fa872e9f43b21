import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import type { Dispatcher } from 'undici'
import { aborted } from '#lib/aborted'
import { env } from '#lib/env'
import { GrantkeeperError } from '#lib/errors'
import { oncePerProcess } from '#lib/process'
import type { WireRequest, WireResponse } from '#lib/providers/quirks'
import { isCallable, isPassing, openAgent } from './vetted.ts'

/**
 * One call to a third party: never retried, never redirected, to public addresses only, bounded in
 * time (`TOKEN_DEADLINE_MS` for everything from the look-up to the last byte) and size (1 MiB).
 * @param lane what nobody waits for never takes the connections of what somebody does
 * @throws {GrantkeeperError} `temporarily_unavailable` where trying later makes sense, else `exchange_failed`
 */
export async function callThirdParty(
  { url, method, headers, body }: WireRequest,
  lane: Lane = 'people',
): Promise<WireResponse> {
  const target = new URL(url)
  if (!isCallable(target))
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
  const call = ask(target, options, lane)
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
  lane: Lane,
): Promise<WireResponse> {
  const { Agent, request } = await undici()
  const dispatcher = oncePerProcess(`outbound ${lane}`, () => openAgent(Agent, connections[lane]))
  const response = await request(target, { ...options, dispatcher })
  if (response.statusCode >= 300 && response.statusCode < 400) {
    // Without a listener the stream's own error would end this process.
    response.body.on('error', () => {}).destroy()
    throw new GrantkeeperError('exchange_failed', { cause: new Error('redirected') })
  }
  return {
    status: response.statusCode,
    headers: toHeaders(response.headers),
    body: decode(await readCapped(response.body), response.headers['content-encoding']),
  }
}

function undici() {
  return import('undici')
}

const maxBytes = 1_048_576

async function readCapped(stream: Dispatcher.ResponseData['body']): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.length
    if (size > maxBytes)
      throw new GrantkeeperError('exchange_failed', { cause: new Error('too large') })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const decoders: Record<string, (data: Buffer) => Buffer> = {
  gzip: (data) => gunzipSync(data, { maxOutputLength: maxBytes }),
  deflate: (data) => inflateSync(data, { maxOutputLength: maxBytes }),
  br: (data) => brotliDecompressSync(data, { maxOutputLength: maxBytes }),
}

/** The text of a body; compressed ones are opened only up to the cap, whatever we asked for. */
function decode(data: Buffer, encoding: string | string[] | undefined): string {
  const name = String(encoding ?? 'identity').toLowerCase()
  try {
    const plain = name === 'identity' ? data : decoders[name]?.(data)
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(plain)
  } catch (cause) {
    throw new GrantkeeperError('exchange_failed', { cause })
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
