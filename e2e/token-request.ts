import { type Answer, send } from './browser-client.ts'
import type { World } from './world.ts'

export type VendCall = {
  /** The whole Authorization header, or none. */
  authorization?: string
  provider?: string
  headers?: Record<string, string | string[]>
  /** A text is sent as it is. */
  body?: unknown
  cookie?: string | undefined
  method?: string
  /** Where it is asked, if not at the app itself. */
  at?: string
}

export type Vended = {
  access_token: string
  token_type: string
  expires_in?: number
  scope: string
  missing_scope?: string
  grant: string
  account: { id: string; label: string | null }
}

/** A request at the token route as a backend job sends it, answered with whatever comes. */
export function askForToken(
  { appUrl }: Pick<World, 'appUrl'>,
  { authorization, provider = 'acme', headers, body, cookie, method = 'POST', at }: VendCall,
): Promise<Answer> {
  const url = new URL(`/api/integrations/${provider}/token`, at ?? appUrl)
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  return send(url, {
    method,
    cookie,
    headers: {
      'content-type': 'application/json',
      ...(authorization === undefined ? {} : { authorization }),
      // Node sends none with a DELETE, and the body would be taken for the next request.
      ...(text === undefined ? {} : { 'content-length': String(Buffer.byteLength(text)) }),
      ...headers,
    },
    ...(text === undefined ? {} : { body: text }),
  })
}

/** A token that is there: the parsed answer. */
export async function vend(world: Pick<World, 'appUrl'>, call: VendCall): Promise<Vended> {
  const answer = await askForToken(world, call)
  if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.body}`)
  return JSON.parse(answer.body)
}

export function bearer(token: string): string {
  return `Bearer ${token}`
}
