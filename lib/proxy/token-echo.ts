import { GrantkeeperError } from '#lib/errors'

/**
 * Searches an API's answer for the access token that it was sent: as it is, and as JSON or a URL may
 * write it. Base64 and other disguises are not looked for, nor one that a client cuts up by ranges.
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
  const spellings = new Set([
    accessToken,
    accessToken.replaceAll('/', '\\/'),
    encodeURIComponent(accessToken),
  ])
  const needles = [...spellings].map((spelling) => Buffer.from(spelling))
  return {
    headers: (headers) => assertNone(needles, Buffer.from([...headers.values()].join('\n'))),
    body: (chunks) => searched(needles, chunks),
  }
}

async function* searched(
  needles: readonly Buffer[],
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  const longest = Math.max(...needles.map(({ length }) => length))
  let waiting = Buffer.alloc(0)
  for await (const chunk of chunks) {
    const text = Buffer.concat([waiting, chunk])
    assertNone(needles, text)
    const passed = Math.max(0, text.length - longest + 1)
    waiting = text.subarray(passed)
    if (passed > 0) yield text.subarray(0, passed)
  }
  if (waiting.length > 0) yield waiting
}

function assertNone(needles: readonly Buffer[], text: Buffer): void {
  if (needles.some((needle) => text.includes(needle)))
    throw new GrantkeeperError('provider_error', { cause: new Error('the token came back') })
}
