import type { z } from 'zod'
import { GrantkeeperError } from '#lib/errors'

/** An answer of the JSON API: kept by nobody. */
export function json(body: unknown, status = 200): Response {
  return Response.json(body, {
    status,
    headers: { 'cache-control': 'no-store', pragma: 'no-cache' },
  })
}

/**
 * The JSON body of a request, as its schema says.
 * @throws {GrantkeeperError} `invalid_request` with the paths that are wrong, in our own words
 */
export async function readBody<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  const text = await request.text()
  const parsed = text.length > maxLength ? undefined : schema.safeParse(parse(text))
  if (parsed?.success) return parsed.data
  throw new GrantkeeperError('invalid_request', { detail: { errors: problemsOf(parsed?.error) } })
}

const maxLength = 16_384

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function problemsOf(error: z.ZodError | undefined): { path: string; message: string }[] {
  if (!error) return [{ path: '', message: 'The body is too long' }]
  return error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
}
