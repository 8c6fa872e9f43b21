import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { decoded } from './decoded.ts'

test.each([
  ['gzip', gzipSync('hello')],
  ['x-gzip', gzipSync('hello')],
  ['GZIP ', gzipSync('hello')],
  ['deflate', deflateSync('hello')],
  ['br', brotliCompressSync('hello')],
  ['zstd', zstdCompressSync('hello')],
  ['utf-8, gzip', gzipSync('hello')],
  ['identity', Buffer.from('hello')],
  [undefined, Buffer.from('hello')],
])('a body that came as %s is opened', async (coding, bytes) =>
  expect(await text(decoded(Readable.from([bytes]), coding))).toBe('hello'),
)

test.each(['UTF-8', 'none', '', 'binary', 'utf8, identity', 'toString', '__proto__'])(
  'WD-08 a coding that nobody has registered packs nothing: "%s"',
  async (coding) => {
    const body = Readable.from([Buffer.from('hello')])
    expect(await text(decoded(body, coding))).toBe('hello')
  },
)

test('a body that is not what it says ends in an error', async () =>
  expect(text(decoded(Readable.from([Buffer.from('hello')]), 'gzip'))).rejects.toThrow())

test.each(['gzip, gzip', 'compress', 'dcz', 'aes128gcm', 'br, zstd'])(
  'PX-11 what cannot be opened cannot be searched, and is refused: %s',
  (coding) =>
    expect(() => decoded(Readable.from([]), coding)).toThrow(
      expect.objectContaining({ code: 'provider_error' }),
    ),
)
