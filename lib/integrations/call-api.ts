import { Readable } from 'node:stream'
import { GrantkeeperError } from '#lib/errors'
import { resolveProvider } from '#lib/oauth/metadata'
import { type StreamedAnswer, streamThirdParty } from '#lib/oauth/outbound-stream'
import type { OfferedProvider } from '#lib/providers/provider'
import { type ApiAnswer, passOn } from '#lib/proxy/answer'
import { type Begun, begin, whole } from '#lib/proxy/beginning'
import { isExcepted } from '#lib/proxy/paths'
import { type Patience, startPatience } from '#lib/proxy/patience'
import { passedHeaders, withToken } from '#lib/proxy/request-headers'
import { resolveTarget, type Wish } from '#lib/proxy/target'
import type { User } from '#lib/session'
import { type Access, accessAfterRefusal, accessFor } from './access.ts'
import { takeTurn } from './turns.ts'
import { noteUse } from './uses.ts'

/** A call as it came in: what goes on of it is decided here. */
export type ApiCall = Wish & {
  provider: OfferedProvider
  /** Which of the user's grants, where there are several. */
  grant?: string | undefined
  method: string
  headers: Headers
  body: ReadableStream<Uint8Array> | null
  /** Aborted when the client leaves. */
  signal: AbortSignal
}

/**
 * Calls a provider's API for a user, with the access token of their grant, and passes the answer on as
 * it comes. A token that the API refuses (401) is refreshed once, and the call then made once more.
 * @throws {GrantkeeperError} as `accessFor`, and `forbidden` (405 for the method), `invalid_request`
 *   (413: too large), `rate_limited`, `provider_error`, `temporarily_unavailable` (502, 504)
 */
export async function callApi(user: User, call: ApiCall): Promise<ApiAnswer> {
  const url = resolveTarget(call.provider, call)
  if (!call.provider.api_methods.some((method) => method === call.method))
    throw new GrantkeeperError('forbidden', { status: 405 })
  const headers = passedHeaders(call.headers, call.provider)
  if (isExcepted(await withEndpoints(call.provider), call.path))
    throw new GrantkeeperError('forbidden')
  const giveBack = takeTurn(user)
  const patience = startPatience(call.signal)
  patience.signal.addEventListener('abort', giveBack)
  try {
    const upload = await receive(call, patience)
    const { access, answer } = await askTwice(user, { call, url, headers, upload, patience })
    const { accessToken, provider } = access
    return await passOn(answer, { accessToken, provider, method: call.method, patience })
  } catch (error) {
    patience.end()
    giveBack()
    throw error
  }
}

type Attempt = {
  call: ApiCall
  url: URL
  headers: Record<string, string>
  upload: Begun | undefined
  patience: Patience
}

/** With the endpoints of its metadata too, where those can lie below the prefixes: at the issuer's origin alone. */
async function withEndpoints(provider: OfferedProvider): Promise<OfferedProvider> {
  const { discovery, api } = provider
  if (discovery === undefined) return provider
  const { origin } = new URL(discovery)
  return api.some((prefix) => new URL(prefix).origin === origin)
    ? resolveProvider(provider)
    : provider
}

/** As much as APIs take in one request; larger files have upload URLs of their own. */
const maxRequestBytes = 32 * 1024 * 1024
/** A request of this size is kept until it is answered, so that it can be made once more. */
const keptBytes = 64 * 1024

async function receive({ headers, body }: ApiCall, patience: Patience): Promise<Begun | undefined> {
  const tooLarge = new GrantkeeperError('invalid_request', { status: 413 })
  if (Number(headers.get('content-length')) > maxRequestBytes) throw tooLarge
  return body
    ? begin(patience.pass(body, { bytes: maxRequestBytes, tooLarge }), keptBytes)
    : undefined
}

/** At most one refresh and one replay: a body of which only the beginning was kept cannot be sent again. */
async function askTwice(
  user: User,
  attempt: Attempt,
): Promise<{ access: Access; answer: StreamedAnswer }> {
  const access = await accessFor(user, attempt.call)
  const { grantId, userId, provider } = access
  noteUse({ grantId, userId, provider, caller: 'proxy', actor: 'user' })
  const answer = await ask(access, attempt)
  if (answer.status !== 401) return { access, answer }
  answer.body.destroy()
  const fresh = await accessAfterRefusal(access)
  if (!fresh || attempt.upload?.rest) throw tokenRefused()
  const again = await ask(fresh, attempt)
  if (again.status !== 401) return { access: fresh, answer: again }
  again.body.destroy()
  throw tokenRefused()
}

/** Not 401: that is what this app answers to somebody who has to log in. */
function tokenRefused(): GrantkeeperError {
  return new GrantkeeperError('provider_error', { status: 409 })
}

function ask({ accessToken }: Access, { call, url, upload, patience, ...attempt }: Attempt) {
  const headers = withToken(attempt.headers, call.provider, accessToken)
  const body = upload?.rest ? Readable.from(whole(upload)) : upload?.beginning
  return streamThirdParty({ url, method: call.method, headers, body, signal: patience.signal })
}
