/**
 * How a secret may be written: the texts to look for, in a body as it is and after its escapes have been
 * undone.
 */
export function spellingsOf(secret: string): Buffer[] {
  const plain = Buffer.from(secret)
  const spellings = new Set<string>()
  // A text in which a part of the secret is escaped loses escapes that were the secret's own, too.
  let form: Buffer | undefined = plain
  for (let depth = 0; form && depth <= maxDepth; depth += 1) {
    spellings.add(form.toString('latin1'))
    const escaped = readEscapes(form)
    form = escaped && unescaped(escaped)
  }
  if (plain.length >= shortest)
    for (const packed of [...base64Of(plain), ...hexOf(plain)]) spellings.add(packed)
  return [...spellings].map((spelling) => Buffer.from(spelling, 'latin1'))
}

/** Escapes within escapes, as in JSON that stands in JSON, are undone so often, and looked into once more. */
export const maxDepth = 2

/** Base64 and hex of less than this could stand in a text by chance. */
const shortest = 8

/**
 * What stands in base64 (RFC 4648 §4, §5) wherever the secret is part of what was encoded: it begins at one of
 * three places in a group, and the characters at both ends that depend on what is around it are left out.
 */
function base64Of(secret: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), secret]).toString('base64')
    const bits = 8 * (before + secret.length)
    const core = text.slice(before && before + 1, Math.floor(bits / 6))
    return [core, core.replaceAll('+', '-').replaceAll('/', '_')]
  })
}

function hexOf(secret: Buffer): string[] {
  const hex = secret.toString('hex')
  return [hex, hex.toUpperCase()]
}

/** What stands for another byte at each place of a text, and how long it is; 0 where nothing does. */
type Level = { bytes: Uint8Array; lengths: Uint8Array }

/** A text with its escapes: at the first level as they stand, at the others those whose first byte is escaped. */
export type Escaped = { text: Buffer; levels: [Level, ...Level[]] }

const backslash = 0x5c
const percent = 0x25
const ampersand = 0x26
/** The bytes that begin an escape. */
export const escaping = [backslash, percent, ampersand]

/** Reads the escapes of JSON, URLs, HTML, and JavaScript's `\x`, in either case. Undefined where there are none. */
export function readEscapes(text: Buffer): Escaped | undefined {
  if (!escaping.some((byte) => text.includes(byte))) return undefined
  const levels: Level[] = []
  for (let at = 0; at < text.length; at += 1) {
    let one = escapeAt(text, text[at], at + 1)
    for (let depth = 0; one && depth <= maxDepth; depth += 1) {
      const level = levels[depth] ?? blank(text)
      levels[depth] = level
      level.bytes[at] = one.byte
      level.lengths[at] = one.end - at
      one = escapeAt(text, one.byte, one.end)
    }
  }
  const [first, ...deeper] = levels
  return first && { text, levels: [first, ...deeper] }
}

function blank({ length }: Buffer): Level {
  return { bytes: new Uint8Array(length), lengths: new Uint8Array(length) }
}

/** The text with its escapes undone once. */
export function unescaped({ text, levels: [{ bytes, lengths }] }: Escaped): Buffer {
  const plain = Buffer.allocUnsafe(text.length)
  let length = 0
  for (let at = 0; at < text.length; length += 1) {
    const ofEscape = lengths[at] ?? 0
    plain[length] = (ofEscape > 0 ? bytes[at] : text[at]) ?? 0
    at += ofEscape || 1
  }
  return plain.subarray(0, length)
}

/**
 * Whether a secret stands in a text, any of its characters escaped. It is tried at each place, so that what
 * comes before cannot swallow its first character, as `%2` would an `A`.
 */
export function isSpelled(escaped: Escaped, secret: Buffer): boolean {
  const { text, levels } = escaped
  const first = secret[0]
  for (let at = 0; at < text.length; at += 1)
    if (text[at] === first || levels.some(({ bytes }) => bytes[at] === first))
      if (isSpelledAt(escaped, at, { secret, from: 0 })) return true
  return false
}

function isSpelledAt(
  escaped: Escaped,
  start: number,
  { secret, from }: { secret: Buffer; from: number },
): boolean {
  let at = start
  for (let index = from; index < secret.length; index += 1) {
    const [next, ...others] = after(escaped, at, secret[index])
    // Where the secret itself has a `%`, it and an escape may both be meant.
    if (others.some((other) => isSpelledAt(escaped, other, { secret, from: index + 1 })))
      return true
    if (next === undefined) return false
    at = next
  }
  return true
}

/** Where it goes on behind a byte of the secret: behind itself, or an escape of it. */
function after({ text, levels }: Escaped, at: number, byte: number | undefined): number[] {
  const ends = text[at] === byte ? [at + 1] : []
  for (const { bytes, lengths } of levels)
    if (bytes[at] === byte) ends.push(at + (lengths[at] ?? 0))
  return ends
}

type Escape = { byte: number; end: number }

/** The escape that begins with a byte, and goes on at a place; one of what no token has (RFC 6750 §2.1) is none. */
function escapeAt(text: Buffer, first: number | undefined, at: number): Escape | undefined {
  if (first === percent) return hexAt(text, at)
  if (first === ampersand) return entityAt(text, at)
  if (first !== backslash) return undefined
  const second = text[at]
  // `\/` and `\\`: what else JSON writes so is in no token.
  if (second === backslash || second === 0x2f) return { byte: second, end: at + 1 }
  if (second === 0x78) return hexAt(text, at + 1)
  const isAscii = second === 0x75 && text[at + 1] === 0x30 && text[at + 2] === 0x30
  return isAscii ? hexAt(text, at + 3) : undefined
}

function hexAt(text: Buffer, at: number): Escape | undefined {
  const high = digits[text[at] ?? 0] ?? 0
  const low = digits[text[at + 1] ?? 0] ?? 0
  return high > 0 && low > 0 ? ascii((high - 1) * 16 + low - 1, at + 2) : undefined
}

/** By byte: one more than the value of a hex digit, or 0. */
const digits = new Uint8Array(256)
for (const [value, pair] of [...'0123456789abcdef'].entries())
  for (const digit of [pair, pair.toUpperCase()]) digits[digit.charCodeAt(0)] = value + 1

function entityAt(text: Buffer, at: number): Escape | undefined {
  const start = text.toString('latin1', at, at + longestEntity)
  const [whole, decimal, hex, name] =
    /^(?:#([0-9]{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,16}));?/i.exec(start) ?? []
  if (!whole) return undefined
  const end = at + whole.length
  if (name !== undefined) {
    const byte = whole.endsWith(';') ? entities.get(name) : undefined
    return byte === undefined ? undefined : { byte, end }
  }
  return ascii(decimal ? Number.parseInt(decimal, 10) : Number.parseInt(hex ?? '', 16), end)
}

function ascii(byte: number, end: number): Escape | undefined {
  return byte > 0x20 && byte < 0x7f ? { byte, end } : undefined
}

const longestEntity = 20

/** https://html.spec.whatwg.org/multipage/named-characters.html: those of printable ASCII. */
const entities = new Map(
  [
    ...['excl !', 'num #', 'dollar $', 'percnt %', 'amp &', 'AMP &', "apos '", 'quot "', 'QUOT "'],
    ...[
      'lpar (',
      'rpar )',
      'ast *',
      'midast *',
      'plus +',
      'comma ,',
      'period .',
      'sol /',
      'colon :',
    ],
    ...['semi ;', 'lt <', 'LT <', 'equals =', 'gt >', 'GT >', 'quest ?', 'commat @', 'lsqb ['],
    ...['lbrack [', 'bsol \\', 'rsqb ]', 'rbrack ]', 'Hat ^', 'lowbar _', 'UnderBar _', 'grave `'],
    ...['DiacriticalGrave `', 'lcub {', 'lbrace {', 'verbar |', 'vert |', 'VerticalLine |'],
    ...['rcub }', 'rbrace }'],
  ].map((line): [string, number] => [line.slice(0, -2), line.charCodeAt(line.length - 1)]),
)
