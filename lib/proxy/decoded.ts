import { pipeline, type Readable, type Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { GrantkeeperError } from '#lib/errors'

/**
 * The plain bytes of a body that a provider compressed although it was not asked to.
 * @throws {GrantkeeperError} `provider_error` for a coding that cannot be opened, and so not searched
 */
export function decoded(body: Readable, coding: string | string[] | undefined): Readable {
  const name = coding?.toString().trim().toLowerCase() || 'identity'
  if (name === 'identity') return body
  const open = Object.hasOwn(openers, name) ? openers[name] : undefined
  if (!open) throw new GrantkeeperError('provider_error', { cause: new Error('unknown coding') })
  // An error of either stream ends both, and is thrown to whoever reads the result.
  return pipeline(body, open(), () => {})
}

const openers: Record<string, () => Transform> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
}
