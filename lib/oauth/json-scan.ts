type Path = (string | number)[]

/**
 * Looks through JSON once, before anything costly is done with it.
 * @returns the paths of keys that stand twice in one object with different values, the inner ones first;
 *   undefined where it is nested too deep, or has more members than any answer of a token endpoint
 */
export function ambiguousKeys(json: string): Path[] | undefined {
  const found: Path[] = []
  const open: Level[] = []
  let members = 0
  for (let at = 0; at < json.length; at += 1) {
    const char = json.charCodeAt(at)
    const level = open.at(-1)
    if (char === quote) {
      const end = endOfText(json, at)
      if (level?.isKeyNext) {
        level.key = textOf(json.slice(at, end + 1))
        level.isKeyNext = false
      }
      at = end
    } else if (char === colon && level) level.valueAt = at + 1
    else if (char === brace || char === bracket) {
      if (open.length === maxDepth) return undefined
      open.push(levelOf(char === brace, at))
    } else if (char === comma || char === endBrace || char === endBracket) {
      members += 1
      if (members > maxMembers) return undefined
      if (level) closeMember(json, at, open, found)
      if (char !== comma) open.pop()
    }
  }
  return found
}

const maxDepth = 64
const maxMembers = 10_000

const [quote, colon, comma, backslash] = [0x22, 0x3a, 0x2c, 0x5c]
const [brace, endBrace, bracket, endBracket] = [0x7b, 0x7d, 0x5b, 0x5d]

/** An object or a list that is open, and the member of it that is being read. */
type Level = {
  key: string | number
  isKeyNext: boolean
  valueAt: number
  /** Of an object: where each value began and ended. */
  seen: Map<string, [number, number]> | undefined
}

function levelOf(isObject: boolean, at: number): Level {
  const seen = isObject ? new Map() : undefined
  return { key: 0, isKeyNext: isObject, valueAt: at + 1, seen }
}

/** A member ends here: has its key been there before, with another value? */
function closeMember(json: string, at: number, open: Level[], found: Path[]): void {
  const level = open.at(-1)
  if (!level) return
  if (typeof level.key === 'number') level.key += level.seen ? 0 : 1
  else {
    const before = level.seen?.get(level.key)
    const isOther = before && json.slice(...before).trim() !== json.slice(level.valueAt, at).trim()
    if (isOther) found.push(open.map(({ key }) => key))
    level.seen?.set(level.key, [level.valueAt, at])
    level.key = 0
  }
  level.isKeyNext = level.seen !== undefined
}

/** Where the text that begins at a quote ends; the end of all where it does not. */
function endOfText(json: string, from: number): number {
  for (let at = from + 1; at < json.length; at += 1) {
    const char = json.charCodeAt(at)
    if (char === quote) return at
    if (char === backslash) at += 1
  }
  return json.length
}

/** Keys may be written with escapes. What is no JSON is refused by the parser, later. */
function textOf(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1)
  try {
    return JSON.parse(quoted)
  } catch {
    return quoted
  }
}
