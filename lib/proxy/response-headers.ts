/** The headers of an API's answer as they were received. */
export type Received = Record<string, string | string[] | undefined>

/**
 * The headers with which an API's answer goes on: what the list has. Cookies, redirects, policies and
 * everything else that would speak for this origin is not on it. Anything but JSON is a file to be saved.
 */
export function responseHeaders(received: Received): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(received))
    if (isForwarded(name)) for (const one of [value ?? []].flat()) headers.append(name, one)
  // The length that it had while it was compressed.
  if (received['content-encoding'] !== undefined) headers.delete('content-length')
  const type = mediaType(headers.get('content-type'))
  headers.set('content-type', type)
  if (!isJson(type)) headers.set('content-disposition', 'attachment')
  return headers
}

const forwarded = new Set([
  'accept-ranges',
  'content-language',
  'content-length',
  'content-range',
  'content-type',
  'etag',
  'last-modified',
  'retry-after',
])

function isForwarded(name: string): boolean {
  return forwarded.has(name) || /^(x-)?ratelimit(-[a-z-]+)?$|^x-rate-limit-[a-z-]+$/.test(name)
}

/** RFC 9110 §8.3.1, simply written. What is anything else, or nothing, is bytes. */
const simpleType = /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+(; ?charset="?[a-z0-9_-]+"?)?$/i

/** What a page loads as code. Under `nosniff` it does so by the type alone. */
const codeType = /(?:java|ecma|j|live)script|css|wasm/i

function mediaType(value: string | null): string {
  const isKept = value !== null && simpleType.test(value) && !codeType.test(value)
  return isKept ? value : 'application/octet-stream'
}

function isJson(type: string): boolean {
  return /^application\/([a-z0-9.+-]+\+)?json(;|$)/i.test(type)
}
