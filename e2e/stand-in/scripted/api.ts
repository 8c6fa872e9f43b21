import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestLog } from '../request-log.ts'
import { send } from './answer.ts'
import type { Place } from './endpoints.ts'
import { type Rules, replaces } from './rules.ts'

/**
 * The provider's API: everything below `/v1/`. It wants a living access token, and answers whose it is
 * and what was asked; `/v1/echo` also all headers, the token among them. Uploads may be of any size.
 */
export async function answerApi(
  place: Place,
  { rules, log }: { rules: Rules; log: RequestLog },
  { request, response, url }: { request: IncomingMessage; response: ServerResponse; url: URL },
): Promise<void> {
  const rule = rules.take('api')
  // Logged before its body: an upload that is cut off has been a request, too.
  const entry = log.add(request, '')
  const { beginning, bytes } = await receive(request)
  entry.body = beginning
  const [, token = ''] = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '') ?? []
  const account = accountOf(place, token)
  if (!account && !replaces(rule))
    return send({ status: 401, json: { error: 'invalid_token' } }, rule, response)
  const asked = { method: request.method, path: url.pathname, query: url.search, bytes }
  const echoed = url.pathname === '/v1/echo' ? { headers: request.headers } : {}
  await send({ status: 200, json: { account, ...asked, ...echoed } }, rule, response)
}

function accountOf({ grants }: Place, token: string): string | undefined {
  const family = grants.isLive(token) ? grants.familyOf(token) : undefined
  return family?.accessTokens.has(token) ? family.consent.account.sub : undefined
}

/** Counts the body to its end, or to where the client left, and keeps its first 64 KiB. */
async function receive(request: IncomingMessage): Promise<{ beginning: string; bytes: number }> {
  const kept: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of request) {
      if (bytes < 65_536) kept.push(chunk)
      bytes += chunk.length
    }
  } catch {
    // It left: what came is what there is.
  }
  return { beginning: Buffer.concat(kept).toString('utf8'), bytes }
}
