import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { decoded } from './decoded.ts'

test.each([
  ['gzip', gzipSync('hello')],
  ['x-gzip', gzipSync('hello')],
  ['GZIP ', gzipSync('hello')],
  ['deflate', deflateSync('hello')],
  ['br', brotliCompressSync('hello')],
  ['identity', Buffer.from('hello')],
  [undefined, Buffer.from('hello')],
])('a body that came as %s is opened', async (coding, bytes) =>
  expect(await text(decoded(Readable.from([bytes]), coding))).toBe('hello'),
)

test('a body that is not what it says ends in an error', async () =>
  expect(text(decoded(Readable.from([Buffer.from('hello')]), 'gzip'))).rejects.toThrow())

test.each(['zstd', 'gzip, gzip', 'compress', 'toString'])(
  'PX-11 what cannot be opened cannot be searched, and is refused: %s',
  (coding) =>
    expect(() => decoded(Readable.from([]), coding)).toThrow(
      expect.objectContaining({ code: 'provider_error' }),
    ),
)
