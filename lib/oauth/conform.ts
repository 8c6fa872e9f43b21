import type { WireResponse } from '#lib/providers/quirks'

/**
 * Turns the off-standard answers that many providers give into what RFC 6749 §5 asks for: JSON,
 * errors with 400, success with 200, a lifetime that is a number. What cannot be read, or can be
 * read in two ways, is left out: whoever reads next must not see more in it than we did.
 */
export function conform(response: WireResponse): WireResponse {
  const body = parseBody(response)
  if (!body) return { ...response, body: '' }
  const hasError = ![undefined, null, false, ''].includes(body.error as undefined)
  if (!hasError && response.status < 300) delete body.error
  body.expires_in = lifetime(body.expires_in)
  const headers = new Headers(response.headers)
  headers.set('content-type', 'application/json')
  return { status: standardStatus(response.status, hasError), headers, body: JSON.stringify(body) }
}

/** The object that a body holds, as JSON or form-encoded, or undefined. */
export function parseBody({ headers, body }: WireResponse): Record<string, unknown> | undefined {
  if (headers.get('content-type')?.startsWith('application/x-www-form-urlencoded') || isForm(body))
    return parseForm(body)
  try {
    const value: unknown = JSON.parse(body)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (!isObject || hasRepeatedKey(body)) return undefined
    // What is nested too deep to be written again throws here, and not in the hands of a caller.
    JSON.stringify(value)
    return value as Record<string, unknown>
  } catch {
    return undefined
  }
}

function parseForm(body: string): Record<string, string> | undefined {
  const form = new URLSearchParams(body)
  return new Set(form.keys()).size < form.size ? undefined : Object.fromEntries(form)
}

/**
 * Seconds, or undefined: an absent, negative or absurd lifetime is unknown, and never "forever".
 * Ten years is the most that is believed.
 */
function lifetime(value: unknown): number | undefined {
  const seconds = typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : value
  if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds < 1) return undefined
  return seconds > 1e12 ? undefined : Math.min(seconds, 315_360_000)
}

function standardStatus(status: number, hasError: boolean): number {
  if (hasError && status < 400) return 400
  return status > 200 && status < 300 ? 200 : status
}

/** Some send a form as text/plain or text/html. */
function isForm(body: string): boolean {
  return /^(access_token|error|scope|token_type)=[^<>{}\s]*$/.test(body)
}

/** Two readers of `{"a":1,"a":2}` may see two things: such an answer is not believed. */
function hasRepeatedKey(json: string): boolean {
  const open: Array<Set<string> | undefined> = []
  for (const [token, key] of json.matchAll(
    /("(?:[^"\\]|\\.)*")(?=\s*:)|"(?:[^"\\]|\\.)*"|[{}[\]]/g,
  )) {
    const keys = open.at(-1)
    if (key !== undefined && keys) {
      const name: string = JSON.parse(key)
      if (keys.has(name)) return true
      keys.add(name)
    } else if (token === '{') open.push(new Set())
    else if (token === '[') open.push(undefined)
    else if (token === '}' || token === ']') open.pop()
  }
  return false
}
