import type { NextRequest } from 'next/server'
import { z } from 'zod'
import { callerOf } from '#lib/callers'
import { baseUrlFor } from '#lib/env'
import { codeOf, GrantkeeperError, problem } from '#lib/errors'
import { type VendWish, vend } from '#lib/integrations/vend'

/** A backend job asks for an access token: `{ user, org?, grant?, scope?, min_ttl? }`. */
export async function POST(request: NextRequest, { params }: Context): Promise<Response> {
  const { provider } = await params
  try {
    const caller = await callerOf(request)
    const vended = await vend(caller, { provider, ...(await readWish(request)) })
    return Response.json(vended, { headers: neverKept })
  } catch (error) {
    return withChallenge(problem(withWayOn(error, provider)))
  }
}

type Context = { params: Promise<{ provider: string }> }

const neverKept = { 'cache-control': 'no-store', pragma: 'no-cache' }

// Postgres takes no NUL in a text.
const name = z
  .string()
  .min(1)
  .max(255)
  .refine((text) => !text.includes('\0'), 'has a NUL in it')

const shape = z.strictObject({
  user: name,
  org: name.optional(),
  grant: z.uuid().optional(),
  scope: z.string().max(2000).optional(),
  min_ttl: z.number().int().min(0).max(86_400).optional(),
})

const maxBytes = 16_384

async function readWish(request: NextRequest): Promise<Omit<VendWish, 'provider'>> {
  const text = await request.text()
  const parsed = text.length > maxBytes ? undefined : shape.safeParse(parse(text))
  if (!parsed?.success)
    throw new GrantkeeperError('invalid_request', { detail: whatIsWrong(parsed) })
  const { min_ttl: minTtlS, ...wish } = parsed.data
  return { ...wish, minTtlS }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Paths and our own words, nothing of what was sent. */
function whatIsWrong(parsed: { error?: z.ZodError | undefined } | undefined) {
  const errors = parsed?.error?.issues.map(({ path, message }) => ({
    path: path.join('.'),
    message,
  }))
  return { errors: errors ?? [{ path: '', message: 'The body is too long' }] }
}

/** Where a person can mend it: the job may pass the link on. */
function withWayOn(error: unknown, provider: string): unknown {
  const code = codeOf(error)
  if (code !== 'reauthorization_required' && code !== 'not_connected') return error
  const detail = error instanceof GrantkeeperError ? error.detail : {}
  const query = typeof detail.grant === 'string' ? `?grant=${detail.grant}` : ''
  const connect_url = `${baseUrlFor(null)}/integrations/connect/${encodeURIComponent(provider)}${query}`
  return new GrantkeeperError(code, { detail: { ...detail, connect_url } })
}

/** RFC 6750 §3. */
function withChallenge(response: Response): Response {
  if (response.status === 401)
    response.headers.set('www-authenticate', 'Bearer realm="grantkeeper"')
  return response
}
