import type { ErrorCode } from '#lib/errors'
import { askForToken, bearer } from './token-request.ts'

/** What a backend job asks for. */
export type Wish = {
  provider?: string
  user?: string
  org?: string
  grant?: string
  scope?: string
  min_ttl?: number
}

/** The answer to it: a token, or a code. */
export type JobAnswer = {
  status: number
  accessToken: string | undefined
  expiresIn: number | undefined
  code: ErrorCode | undefined
  /** Seconds, from `Retry-After`. */
  retryAfterS: number | undefined
  body: Record<string, unknown>
}

/** Asks the instance at a port for an access token, and takes whatever it answers. */
export async function askAsJob(
  { port }: { port: number },
  token: string,
  { provider = 'acme', user = 'auth0|alice', ...wish }: Wish = {},
): Promise<JobAnswer> {
  const at = { appUrl: `http://127.0.0.1:${port}` }
  const call = { provider, authorization: bearer(token), body: { user, ...wish } }
  const answer = await askForToken(at, call)
  const body = JSON.parse(answer.body || '{}') as Record<string, unknown>
  const retryAfter = answer.headers['retry-after']
  return {
    status: answer.status,
    accessToken: typeof body.access_token === 'string' ? body.access_token : undefined,
    expiresIn: typeof body.expires_in === 'number' ? body.expires_in : undefined,
    code: body.code as ErrorCode | undefined,
    retryAfterS: retryAfter === undefined ? undefined : Number(retryAfter),
    body,
  }
}
