import dns from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import ipaddr from 'ipaddr.js'
import { Agent, type Dispatcher, request as send } from 'undici'
import { env, isLocal } from '#lib/env'
import { GrantkeeperError } from '#lib/errors'
import { oncePerProcess } from '#lib/process'
import type { WireRequest, WireResponse } from '#lib/providers/quirks'
import { isPublicAddress } from '#lib/public-address'

/**
 * One call to a third party: never retried, never redirected, to public addresses only, bounded in
 * time (`TOKEN_DEADLINE_MS` for everything from the look-up to the last byte) and size (1 MiB).
 * Proxy variables of the environment are ignored: through a proxy, no address could be vetted.
 * @throws {GrantkeeperError} `temporarily_unavailable` where trying later makes sense, else `exchange_failed`
 */
export async function callThirdParty({
  url,
  method,
  headers,
  body,
}: WireRequest): Promise<WireResponse> {
  const target = new URL(url)
  assertAllowed(target)
  const signal = AbortSignal.timeout(env().TOKEN_DEADLINE_MS)
  const call = ask(target, {
    method: method as Dispatcher.HttpMethod,
    headers: {
      ...Object.fromEntries(headers),
      'user-agent': 'Grantkeeper',
      'accept-encoding': 'identity',
    },
    body: body ?? null,
    dispatcher: oncePerProcess('outbound', openAgent),
    signal,
  })
  try {
    return await Promise.race([call, aborted(signal)])
  } catch (error) {
    throw asUnavailable(error)
  }
}

async function ask(target: URL, options: Parameters<typeof send>[1]): Promise<WireResponse> {
  const response = await send(target, options)
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

/**
 * undici heeds a signal only once it has a connection. Whoever waits for one, because the other side
 * does not accept or too many are before him, is let go in time too; his request is then never sent.
 */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

const maxBytes = 1_048_576

// A fresh connection for each call: a stale one would lose a code or a rotated refresh token. The
// number of connections to one origin is the bulkhead between a slow provider and all others.
function openAgent(): Agent {
  return new Agent({
    pipelining: 0,
    connections: 32,
    maxHeaderSize: 16_384,
    connect: { lookup: vettedLookup, timeout: env().TOKEN_DEADLINE_MS },
  })
}

function assertAllowed(target: URL): void {
  const host = target.hostname.replace(/^\[|\]$/g, '')
  if (env().ALLOW_INSECURE_LOCALHOST && isLocal(host)) return
  if (target.protocol !== 'https:' || (isIP(host) !== 0 && !isPublicAddress(host)))
    throw new GrantkeeperError('exchange_failed', { cause: new Error('forbidden address') })
}

/** The address that is vetted is the one connected to, so that DNS cannot change its mind between. */
const vettedLookup: LookupFunction = (hostname, options, done) => {
  dns.lookup(hostname, { ...options, all: true }, (error, addresses) => {
    const isOwn = env().ALLOW_INSECURE_LOCALHOST && isLocal(hostname)
    const isVetted = ({ address }: dns.LookupAddress) =>
      isPublicAddress(address) || (isOwn && ipaddr.process(address).range() === 'loopback')
    const [first] = addresses ?? []
    if (error || !first) return done(error ?? new Error('no address'), [])
    if (!addresses.every(isVetted)) return done(new Error('forbidden address'), [])
    if (options.all) return done(null, addresses)
    done(null, first.address, first.family)
  })
}

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

const passing =
  /^(ECONN|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|EPIPE|UND_ERR_(CONNECT|SOCKET|ABORT|HEADERS_TIMEOUT|BODY_TIMEOUT))/

/** What comes and goes may be tried later; a bad certificate or a forbidden address may not. */
function asUnavailable(error: unknown): GrantkeeperError {
  if (error instanceof GrantkeeperError) return error
  const { code, name } = error as { code?: unknown; name?: unknown }
  const isPassing = name === 'TimeoutError' || name === 'AbortError' || passing.test(String(code))
  return new GrantkeeperError(isPassing ? 'temporarily_unavailable' : 'exchange_failed', {
    cause: error,
  })
}
