import type { z } from 'zod'
import { GrantkeeperError } from '#lib/errors'
import type { Answer } from './answer.ts'

/** An answer of the JSON API: kept by nobody. */
export function json(body: unknown, status = 200): Answer {
  return {
    status,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      pragma: 'no-cache',
    },
    body: JSON.stringify(body),
  }
}

/**
 * The JSON body of a request, as its schema says.
 * @throws {GrantkeeperError} `invalid_request` with the paths that are wrong, in our own words
 */
export async function readBody<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  return parseBody(await readCapped(request, maxBytes), schema)
}

/**
 * The JSON of a body that was read already: undefined stands for one that was longer than `maxBytes`.
 * @throws {GrantkeeperError} as `readBody`
 */
export function parseBody<T>(text: string | undefined, schema: z.ZodType<T>): T {
  const parsed = text === undefined ? undefined : schema.safeParse(parse(text))
  if (parsed?.success) return parsed.data
  throw invalid(parsed?.error)
}

/**
 * The query of a request, as its schema says; what that does not name is ignored.
 * @throws {GrantkeeperError} `invalid_request` as `readBody`, and for a parameter that is there twice
 */
export function readQuery<T>(request: { url: string }, schema: z.ZodType<T>): T {
  const { searchParams } = new URL(request.url)
  const entries = [...new Set(searchParams.keys())].map((name) => {
    const values = searchParams.getAll(name)
    return [name, values.length > 1 ? values : values[0]]
  })
  const parsed = schema.safeParse(Object.fromEntries(entries))
  if (parsed.success) return parsed.data
  throw invalid(parsed.error)
}

/** So much of a body is read, and no more. */
export const maxBytes = 16_384

/** The text of a body, or undefined for a longer one, of which no more than that is read. */
export async function readCapped(request: Body, maxBytes: number): Promise<string | undefined> {
  // No more can come than a length that is told: then it need not be watched while it does, which is dear.
  const told = Number(request.headers.get('content-length') ?? Number.NaN)
  return told <= maxBytes ? readWhole(request) : readWatched(request, maxBytes)
}

type Body = Pick<Request, 'body' | 'headers' | 'arrayBuffer'>

/** By its bytes, since `text` would drop a byte order mark. */
async function readWhole(request: Body): Promise<string> {
  return Buffer.from(await request.arrayBuffer()).toString('utf8')
}

async function readWatched({ body }: Body, maxBytes: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    size += chunk.byteLength
    if (size > maxBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function invalid(error: z.ZodError | undefined): GrantkeeperError {
  return new GrantkeeperError('invalid_request', { detail: { errors: problemsOf(error) } })
}

/** Paths and our own words, nothing of what was sent. */
function problemsOf(error: z.ZodError | undefined): { path: string; message: string }[] {
  if (!error) return [{ path: '', message: 'The body is too long' }]
  return error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
}
