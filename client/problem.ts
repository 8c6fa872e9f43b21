import { messageOf } from './messages.ts'

/** What Grantkeeper refused, or could not do. `message` is a sentence for the user. */
export class GrantkeeperProblem extends Error {
  /** One of the closed set of the API, or `unreachable`. */
  readonly code: string
  /** The HTTP status; 0 where there was no answer. */
  readonly status: number
  /** Seconds after which trying again makes sense (`Retry-After`); 0 where nobody knows. */
  readonly retryAfterS: number

  constructor(code: string, { status = 0, retryAfterS = 0, cause }: Details) {
    super(messageOf(code), { cause })
    this.code = code
    this.status = status
    this.retryAfterS = retryAfterS
  }
}

type Details = { status?: number; retryAfterS?: number; cause?: unknown }

/** The problem that an answer tells of (RFC 9457). */
export async function problemOf(response: Response): Promise<GrantkeeperProblem> {
  const { code = 'server_error' } = await response.json().catch(() => ({}))
  const retryAfterS = Number(response.headers.get('retry-after')) || 0
  return new GrantkeeperProblem(code, { status: response.status, retryAfterS })
}
