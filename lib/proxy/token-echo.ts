import { GrantkeeperError } from '#lib/errors'
import { escaping, isSpelled, maxDepth, readEscapes, spellingsOf, unescaped } from './spellings.ts'

/**
 * Searches an API's answer for the access token that it was sent: as it is, in the escapes of JSON, URLs and
 * HTML, in base64 and in hex. Not looked for: base64 that is broken into lines, other encodings than ASCII's,
 * what is packed or encrypted, and what a client cuts up by ranges.
 */
export type EchoSearch = {
  /** @throws {GrantkeeperError} `provider_error` where a header holds it */
  headers: (headers: Headers) => void
  /**
   * Passes chunks on, wherever they are cut: as many bytes as might be its beginning wait for the next.
   * @throws {GrantkeeperError} `provider_error` before any byte of the token has been passed on
   */
  body: (chunks: AsyncIterable<Buffer>) => AsyncGenerator<Buffer>
}

export function searchForEcho(accessToken: string): EchoSearch {
  const wanted = wantedOf(accessToken)
  return {
    headers: (headers) => void search(wanted, Buffer.from([...headers.values()].join('\n'))),
    body: (chunks) => searched(wanted, chunks),
  }
}

type Wanted = {
  spellings: Buffer[]
  /** By byte: 1 for what a spelling may consist of. Every other byte stands between spellings. */
  isPart: Uint8Array
  /** The bytes of the shortest spelling, and of the longest that is looked for. */
  least: number
  most: number
}

function wantedOf(token: string): Wanted {
  const spellings = spellingsOf(token)
  const isPart = packing.slice()
  for (const byte of Buffer.from(token)) isPart[byte] = 1
  const lengths = spellings.map(({ length }) => length)
  return { spellings, isPart, least: Math.min(...lengths), most: 12 * token.length + 64 }
}

/** Besides the token's own characters: base64, hex, and what escapes consist of. */
const packing = partsOf(
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_#;',
  escaping,
)

function partsOf(characters: string, bytes: number[]): Uint8Array {
  const isPart = new Uint8Array(256)
  for (const byte of [...Buffer.from(characters), ...bytes]) isPart[byte] = 1
  return isPart
}

async function* searched(wanted: Wanted, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let waiting: Buffer = Buffer.alloc(0)
  for await (const chunk of chunks) {
    const text = waiting.length > 0 ? Buffer.concat([waiting, chunk]) : chunk
    const passed = Math.max(search(wanted, text), text.length - wanted.most)
    waiting = text.subarray(passed)
    if (passed > 0) yield text.subarray(0, passed)
  }
  if (waiting.length > 0) yield waiting
}

/**
 * Looks at runs of bytes that may be parts of a spelling, as long as the shortest or longer. Most texts have
 * few: the byte that ends a run is looked for from the far end, and most are never looked at.
 * @returns where the run begins in which the text ends
 * @throws {GrantkeeperError} `provider_error` where the token is found
 */
function search(wanted: Wanted, text: Buffer): number {
  const { isPart, least } = wanted
  let start = 0
  let known = 0
  while (start + least <= text.length) {
    const end = start + least
    const between = lastBetween(isPart, text, { from: known, to: end })
    if (between !== undefined) {
      start = between + 1
      known = end
      continue
    }
    let after = end
    while (after < text.length && isPart[text[after] ?? 0] === 1) after += 1
    assertNone(wanted, text.subarray(start, after))
    if (after === text.length) return start
    start = after + 1
    known = start
  }
  return (
    (lastBetween(isPart, text, { from: Math.max(known, start), to: text.length }) ?? start - 1) + 1
  )
}

/** Where the last byte stands that is no part of a spelling. */
function lastBetween(
  isPart: Uint8Array,
  text: Buffer,
  { from, to }: { from: number; to: number },
): number | undefined {
  for (let at = to - 1; at >= from; at -= 1) if (isPart[text[at] ?? 0] === 0) return at
  return undefined
}

function assertNone({ spellings }: Wanted, run: Buffer): void {
  let text: Buffer | undefined = run
  for (let depth = 0; text && depth <= maxDepth; depth += 1) {
    const here: Buffer = text
    const escaped = readEscapes(here)
    const isThere = (spelling: Buffer) =>
      here.includes(spelling) || (escaped !== undefined && isSpelled(escaped, spelling))
    if (spellings.some(isThere))
      throw new GrantkeeperError('provider_error', { cause: new Error('the token came back') })
    text = escaped && unescaped(escaped)
  }
}
