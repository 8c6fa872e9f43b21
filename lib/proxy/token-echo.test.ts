import { expect, test } from 'vitest'
import { searchForEcho } from './token-echo.ts'

const token = 'AT_cnry_acme/x+y=='
const echoed = expect.objectContaining({ code: 'provider_error' })

/** What comes through of a body that arrives in pieces of so many bytes. */
async function through(body: string, size: number): Promise<{ text: string; error: unknown }> {
  const bytes = Buffer.from(body)
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  )
  let text = ''
  try {
    for await (const chunk of searchForEcho(token).body(inTurn(pieces))) text += chunk
    return { text, error: undefined }
  } catch (error) {
    return { text, error }
  }
}

async function* inTurn(pieces: Buffer[]): AsyncGenerator<Buffer> {
  yield* pieces
}

test.each([1, 2, 7, 16, 1000])(
  'a body without the token comes through whole, in pieces of %i',
  async (size) => {
    for (const body of ['', 'x', `${token.slice(0, -1)}`, `${token.slice(1)}e${'z'.repeat(500)}`])
      expect(await through(body, size)).toEqual({ text: body, error: undefined })
  },
)

test.each([
  ['as it is', token],
  ['as JSON may write it', token.replaceAll('/', '\\/')],
  ['as a URL may write it', encodeURIComponent(token)],
])('PX-11 the token is found in a body, wherever it is cut: %s', async (_, spelling) => {
  for (const size of [1, 2, 3, 5, 17, 18, 4096])
    for (const [before, after] of [
      ['', ''],
      ['{"a":"', '"}'],
      ['x'.repeat(5000), 'y'],
    ] as const) {
      const { text, error } = await through(before + spelling + after, size)
      expect(error).toEqual(echoed)
      expect(before.startsWith(text), 'no byte of it has been passed on').toBe(true)
    }
})

test('PX-11 the token is found in a header', () => {
  const { headers } = searchForEcho(token)
  expect(() => headers(new Headers({ etag: '"1"', 'retry-after': '1' }))).not.toThrow()
  expect(() => headers(new Headers({ etag: `"${token}"` }))).toThrow(echoed)
})
