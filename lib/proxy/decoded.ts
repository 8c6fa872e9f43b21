import { pipeline, type Readable, type Transform } from 'node:stream'
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
} from 'node:zlib'
import { GrantkeeperError } from '#lib/errors'

/**
 * The plain bytes of a body that a provider compressed although it was not asked to. A coding that nobody has
 * registered (`UTF-8`, `none`) packs nothing: as in fetch, the bytes are what they are
 * (https://fetch.spec.whatwg.org/#handle-content-codings), and as in curl, unless that was told to unpack.
 * @throws {GrantkeeperError} `provider_error` for a registered coding that cannot be opened, and so not searched
 */
export function decoded(body: Readable, coding: string | string[] | undefined): Readable {
  const names = (coding ?? '').toString().split(',').map(nameOf).filter(isRegistered)
  const [name, ...others] = names
  if (name === undefined) return body
  const open = Object.hasOwn(openers, name) ? openers[name] : undefined
  if (!open || others.length > 0)
    throw new GrantkeeperError('provider_error', { cause: new Error('unknown coding') })
  // An error of either stream ends both, and is thrown to whoever reads the result.
  return pipeline(body, open(), () => {})
}

function nameOf(coding: string): string {
  return coding.trim().toLowerCase()
}

const openers: Record<string, () => Transform> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
}

/** https://www.iana.org/assignments/http-parameters, content codings; `identity` is none. */
const unopened = ['aes128gcm', 'compress', 'x-compress', 'dcb', 'dcz', 'exi', 'pack200-gzip']

function isRegistered(name: string): boolean {
  return Object.hasOwn(openers, name) || unopened.includes(name)
}
