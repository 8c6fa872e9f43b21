import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { searchForEcho } from './token-echo.ts'

const echoed = expect.objectContaining({ code: 'provider_error' })

/** RFC 6750 §2.1, and what else real tokens hold. */
const tokens = fc
  .array(fc.constantFrom(...'AZaz09-._~+/=!*|:@$%&'), { minLength: 16, maxLength: 200 })
  .map((characters) => characters.join(''))

const hex = (character: string) => character.charCodeAt(0).toString(16)
const named: Record<string, string> = {
  ...{ '+': '&plus;', '/': '&sol;', '=': '&equals;', _: '&lowbar;', '.': '&period;' },
  ...{ '&': '&amp;', '!': '&excl;', '*': '&ast;', '|': '&vert;', ':': '&colon;', '@': '&commat;' },
  ...{ $: '&dollar;', '%': '&percnt;' },
}

/** One character, as encoders write it that do. */
const escapes: Record<string, (character: string) => string> = {
  'JSON, lower case': (one) => `\\u${hex(one).padStart(4, '0')}`,
  'JSON, upper case': (one) => `\\u${hex(one).toUpperCase().padStart(4, '0')}`,
  'JSON, slashes': (one) => (one === '/' ? '\\/' : one),
  JavaScript: (one) => `\\x${hex(one)}`,
  'URL, lower case': (one) => `%${hex(one)}`,
  'URL, upper case': (one) => `%${hex(one).toUpperCase()}`,
  'HTML, decimal': (one) => `&#${one.charCodeAt(0)};`,
  'HTML, hex': (one) => `&#x${hex(one)};`,
  'HTML, hex in upper case, filled up': (one) => `&#X${hex(one).toUpperCase().padStart(4, '0')};`,
  'HTML, named': (one) => named[one] ?? one,
}

/** The whole token, as encoders write it. */
const encoders: Record<string, (token: string) => string> = {
  plain: (token) => token,
  'JSON.stringify': (token) => JSON.stringify(token),
  'JSON in JSON': (token) => JSON.stringify(JSON.stringify({ a: token }).replaceAll('/', '\\/')),
  encodeURIComponent,
  encodeURI,
  'encodeURIComponent, twice': (token) => encodeURIComponent(encodeURIComponent(token)),
  URLSearchParams: (token) => new URLSearchParams({ a: token }).toString(),
  // PHP's rawurlencode and Python's quote leave these four alone; encodeURIComponent leaves more.
  'RFC 3986': (token) => token.replace(/[^A-Za-z0-9\-._~]/g, (one) => `%${hex(one)}`),
  // Gson, System.Text.Json and Go's encoding/json, by default.
  Gson: (token) => token.replace(/[<>&='/]/g, (one) => `\\u00${hex(one)}`),
  'System.Text.Json': (token) =>
    token.replace(/["&'+<>`\\]/g, (one) => `\\u00${hex(one).toUpperCase()}`),
  'HTML in JSON': (token) =>
    JSON.stringify(token.replaceAll('&', '&amp;').replaceAll('+', '&#43;')),
  'URL in HTML': (token) => encodeURIComponent(token).replaceAll('%', '&#37;'),
  base64: (token) => Buffer.from(token).toString('base64'),
  base64url: (token) => Buffer.from(token).toString('base64url'),
  'base64 of Basic': (token) => Buffer.from(`user:${token}`).toString('base64'),
  'base64 of a header': (token) => Buffer.from(`Bearer ${token}!`).toString('base64'),
  'base64 in a URL': (token) => encodeURIComponent(Buffer.from(token).toString('base64')),
  'base64 in JSON': (token) => Buffer.from(token).toString('base64').replaceAll('/', '\\/'),
  'hex in lower case': (token) => Buffer.from(token).toString('hex'),
  'hex in upper case': (token) => Buffer.from(token).toString('hex').toUpperCase(),
}

/** What comes before and after: what a run ends at, and what it does not. */
const around = fc.constantFrom('', '"', ' ', 'x', '\\', '%2', '&', 'a=', 'x'.repeat(300), '{"a":"')
const size = fc.constantFrom(1, 3, 7, 64, 10_000)

async function found(token: string, body: string, size: number): Promise<void> {
  const bytes = Buffer.from(body)
  const chunks = (async function* () {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  })()
  for await (const _ of searchForEcho(token).body(chunks)) void _
}

describe('the token is found in every spelling that common encoders make', () => {
  for (const [name, encode] of Object.entries(encoders))
    test(`encoder: ${name}`, () =>
      fc.assert(
        fc.asyncProperty(tokens, around, around, size, async (token, before, after, size) => {
          const body = before + encode(token) + (before.endsWith('\\') ? '"' : after)
          await expect(found(token, body, size)).rejects.toEqual(echoed)
        }),
        { numRuns: 60 },
      ))

  for (const [name, write] of Object.entries(escapes))
    test(`any subset of characters: ${name}`, () =>
      fc.assert(
        fc.asyncProperty(
          tokens,
          fc.infiniteStream(fc.boolean()),
          size,
          async (token, some, size) => {
            const isEscaped = some[Symbol.iterator]()
            const text = [...token]
              .map((one) => (isEscaped.next().value ? write(one) : one))
              .join('')
            await expect(found(token, `{"a":"${text}"}`, size)).rejects.toEqual(echoed)
          },
        ),
        { numRuns: 60 },
      ))
})

test('a text without the token comes through as it is, however it is cut', () =>
  fc.assert(
    fc.asyncProperty(tokens, fc.string({ maxLength: 3000 }), size, async (token, text, size) => {
      const almost = `${text}"${token.slice(1)}"${encodeURIComponent(token.slice(0, -1))}`
      const bytes = Buffer.from(almost)
      let passed = ''
      const chunks = (async function* () {
        for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
      })()
      for await (const chunk of searchForEcho(token).body(chunks))
        passed += chunk.toString('latin1')
      expect(passed).toBe(bytes.toString('latin1'))
    }),
  ))
