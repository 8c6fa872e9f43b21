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
    form = unescaped(form)
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

/**
 * The text with its escapes undone once: those of JSON, URLs, HTML, and JavaScript's `\x`, in either case.
 * Undefined where it has none.
 */
export function unescaped(text: Buffer): Buffer | undefined {
  const plain = Buffer.allocUnsafe(text.length)
  let length = 0
  let at = 0
  while (at < text.length) {
    const found = escapeAt(text, at)
    plain[length] = found ? found.byte : (text[at] ?? 0)
    length += 1
    at += found?.length ?? 1
  }
  return length === text.length ? undefined : plain.subarray(0, length)
}

/**
 * Whether a secret stands in a text, any of its characters escaped once. It is tried at each place, so that what
 * comes before cannot swallow its first character, as `%2` would an `A`.
 */
export function isSpelled(text: Buffer, secret: Buffer): boolean {
  for (let at = 0; at < text.length; at += 1)
    if (isSpelledAt(text, at, { secret, from: 0 })) return true
  return false
}

function isSpelledAt(
  text: Buffer,
  start: number,
  wanted: { secret: Buffer; from: number },
): boolean {
  const { secret, from } = wanted
  let at = start
  for (let index = from; index < secret.length; index += 1) {
    const byte = secret[index]
    const isItself = text[at] === byte
    const found = escapeAt(text, at)
    const isEscaped = found !== undefined && found.byte === byte
    if (!isItself && !isEscaped) return false
    // Where the secret itself has a `%`, both may be meant.
    if (isItself && isEscaped)
      if (isSpelledAt(text, at + found.length, { secret, from: index + 1 })) return true
    at += isItself ? 1 : (found?.length ?? 1)
  }
  return true
}

type Escape = { byte: number; length: number }

const backslash = 0x5c
const percent = 0x25
const ampersand = 0x26

/** The bytes that begin an escape. */
export const escaping = [backslash, percent, ampersand]

/** The escape that begins at a place; one of a character that no token has (RFC 6750 §2.1) is none. */
function escapeAt(text: Buffer, at: number): Escape | undefined {
  const first = text[at]
  if (first === percent) return matched(text, at, /^%([0-9a-f]{2})/i)
  if (first === backslash)
    return matched(text, at, /^\\(?:u00|x)([0-9a-f]{2})/i) ?? quoted(text, at)
  return first === ampersand ? entityAt(text, at) : undefined
}

function matched(text: Buffer, at: number, pattern: RegExp): Escape | undefined {
  const [whole, hex] = pattern.exec(text.toString('latin1', at, at + 6)) ?? []
  return whole && hex ? ascii(Number.parseInt(hex, 16), whole.length) : undefined
}

/** `\/` and `\\`: what else JSON writes so is in no token. */
function quoted(text: Buffer, at: number): Escape | undefined {
  const byte = text[at + 1]
  return byte === backslash || byte === 0x2f ? { byte, length: 2 } : undefined
}

function entityAt(text: Buffer, at: number): Escape | undefined {
  const start = text.toString('latin1', at, at + longestEntity)
  const [whole, decimal, hex, name] =
    /^&(?:#([0-9]{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,16}));?/i.exec(start) ?? []
  if (!whole) return undefined
  if (name !== undefined) {
    const byte = whole.endsWith(';') ? entities.get(name) : undefined
    return byte === undefined ? undefined : { byte, length: whole.length }
  }
  const code = decimal ? Number.parseInt(decimal, 10) : Number.parseInt(hex ?? '', 16)
  return ascii(code, whole.length)
}

function ascii(byte: number, length: number): Escape | undefined {
  return byte > 0x20 && byte < 0x7f ? { byte, length } : undefined
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
