import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'

type Coded = { encoding: string | string[] | undefined; maxBytes: number; isLenient: boolean }

/**
 * A body as it was before it was compressed, opened only up to the cap, whatever we asked for. Where a
 * coding is not known, all of them are taken for not applied, as Fetch has it: servers put `UTF-8` or
 * `none` into Content-Encoding (https://fetch.spec.whatwg.org/#handle-content-codings). curl, which asks
 * for no coding as we do, does not look at the header at all.
 * @throws what zlib throws where it is not packed as it says, unless `isLenient`
 */
export function unpacked(data: Buffer, { encoding, maxBytes, isLenient }: Coded): Buffer {
  const codings = [encoding ?? []].flat().join(',').toLowerCase().split(',')
  const applied = codings.map((one) => one.trim()).filter((one) => one && one !== 'identity')
  const open = applied.reverse().map((one) => decoders.get(one))
  if (applied.length > maxCodings || open.includes(undefined)) return data
  try {
    return open.reduce((packed, one) => one?.(packed, maxBytes) ?? packed, data)
  } catch (error) {
    if (isLenient) return data
    throw error
  }
}

/** A body that is packed many times over is an attack, and costs. */
const maxCodings = 2

const decoders = new Map<string, (data: Buffer, maxOutputLength: number) => Buffer>([
  ['gzip', (data, maxOutputLength) => gunzipSync(data, { maxOutputLength })],
  // RFC 9110 §8.4.1.3
  ['x-gzip', (data, maxOutputLength) => gunzipSync(data, { maxOutputLength })],
  ['deflate', (data, maxOutputLength) => inflateSync(data, { maxOutputLength })],
  ['br', (data, maxOutputLength) => brotliDecompressSync(data, { maxOutputLength })],
])
