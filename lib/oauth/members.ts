import { ambiguousKeys } from './json-scan.ts'

/** The members of an answer, by name. */
export type Members = Record<string, unknown>

/** A token answer has a few kB; two tokens of 64 KiB and an ID token fit. In bytes, and in UTF-16 units. */
export const maxAnswerBytes = 262_144

/**
 * The members of a token or userinfo answer, or undefined where it holds no object. The one place where
 * these bodies are parsed. What they hold decides how, not the content type that they are sent under, for
 * many are wrong. A byte order mark is ignored (RFC 8259 §8.1), an integer beyond 2^53 is the text of its
 * digits, a member that stands twice with two values is left out: two readers would see two things.
 */
export function readMembers(answer: Answer): Members | undefined {
  const value = readAnswer(answer)
  return isObject(value) ? value : undefined
}

/** The same, where a list will do too: `0` names its first element. */
export function readMembersOrList(answer: Answer): Members | undefined {
  const value = readAnswer(answer)
  return typeof value === 'object' && value !== null ? { ...value } : undefined
}

type Answer = { headers: Headers; body: string }

function readAnswer({ headers, body }: Answer): unknown {
  if (body.length > maxAnswerBytes) return undefined
  const text = body.replace(/^\uFEFF/, '').trim()
  const type = headers.get('content-type') ?? ''
  const isJson = text.startsWith('{') || text.startsWith('[')
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(type) || looksLikeForm(text)
  return !isJson && isForm ? readForm(text) : readJson(text)
}

function readJson(text: string): unknown {
  const twice = ambiguousKeys(text)
  if (!twice) return undefined
  try {
    const value: unknown = hasLongNumber.test(text) ? JSON.parse(text, exactly) : JSON.parse(text)
    if (typeof value !== 'object' || value === null) return undefined
    for (const path of twice) leaveOut(value, path)
    return value
  } catch {
    return undefined
  }
}

const hasLongNumber = /\d{16}/

/** A reviver: the digits of an integer that no number of JavaScript holds (TC39's `context.source`, in Node 21). */
function exactly(_key: string, value: unknown, context?: { source?: string }): unknown {
  const digits = context?.source
  const isInexact = typeof value === 'number' && !Number.isSafeInteger(value)
  return isInexact && digits !== undefined && /^-?\d+$/.test(digits) ? digits : value
}

function leaveOut(root: object, path: readonly (string | number)[]): void {
  let at: unknown = root
  for (const key of path.slice(0, -1)) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return
    at = (at as Record<string, unknown>)[key]
  }
  const last = path.at(-1)
  if (typeof at !== 'object' || at === null || last === undefined) return
  delete (at as Record<string, unknown>)[last]
  // Whichever of two errors is meant, it is no success.
  if (path.length === 1 && last === 'error') Object.assign(root, { error: ambiguous })
}

const ambiguous = 'ambiguous'

/** More parts than any answer has, and few enough to be cheap. */
const maxParts = 1000

function readForm(text: string): Members | undefined {
  let parts = 1
  for (let at = text.indexOf('&'); at !== -1; at = text.indexOf('&', at + 1)) parts += 1
  if (parts > maxParts) return undefined
  const members = new Map<string, string>()
  const twice: string[] = []
  for (const [name, value] of new URLSearchParams(text)) {
    if (members.has(name) && members.get(name) !== value) twice.push(name)
    members.set(name, value)
  }
  const read: Members = Object.fromEntries(members)
  for (const name of twice) leaveOut(read, [name])
  return read
}

/** Some send a form as text/plain, text/html or JSON. */
function looksLikeForm(text: string): boolean {
  return (
    /^[^<>{}\s"]*$/.test(text) &&
    /(?:^|&)(?:access_token|refresh_token|error|scope|token_type)=/.test(text)
  )
}

export function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
