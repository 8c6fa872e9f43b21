import { createHash, randomBytes } from 'node:crypto'
import { type Answer, send, type Visitor } from './browser-client.ts'
import { userToken } from './user-token.ts'
import type { World } from './world.ts'

/** A SPA on another origin, with its user's access token: what its page asks of the API. */
export type Spa = {
  /** The page at which it completes. */
  completionUrl: string
  post: (path: string, body: unknown, headers?: Record<string, string>) => Promise<Answer>
  /** Asks for a ticket: the answer, whatever it is. */
  ask: (wish?: TicketWish) => Promise<Answer>
  /** A ticket that is given: its start URL, and the verifier that only this page has. */
  ticket: (wish?: TicketWish) => Promise<{ startUrl: URL; verifier: string }>
  complete: (wish: { handle: string; verifier: string; provider?: string }) => Promise<Answer>
}

export type TicketWish = { provider?: string; verifier?: string; [field: string]: unknown }

export async function spaOf(
  world: World,
  user: string,
  { scope = 'integrations:read integrations:write', origin = world.spa.url, org = '' } = {},
): Promise<Spa> {
  const token = await userToken(world.login, user, { scope, ...(org ? { org } : {}) })
  const completionUrl = `${world.spa.url}/app/connected`
  const post: Spa['post'] = (path, body, headers = {}) => {
    const text = JSON.stringify(body)
    return send(new URL(path, world.appUrl), {
      method: 'POST',
      body: text,
      headers: {
        authorization: `Bearer ${token}`,
        origin,
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(text)),
        ...headers,
      },
    })
  }
  const ask: Spa['ask'] = ({ provider = 'acme', verifier = newVerifier(), ...wish } = {}) =>
    post(`/api/integrations/${provider}/tickets`, {
      return_to: completionUrl,
      challenge: challengeOf(verifier),
      ...wish,
    })
  return {
    completionUrl,
    post,
    ask,
    async ticket(wish) {
      const verifier = newVerifier()
      const answer = await ask({ ...wish, verifier })
      if (answer.status !== 201) throw new Error(`${answer.status}: ${answer.body}`)
      return { startUrl: new URL(JSON.parse(answer.body).start_url), verifier }
    },
    complete: ({ provider = 'acme', ...wish }) =>
      post(`/api/integrations/${provider}/complete`, wish),
  }
}

/** A browser that follows a start URL from the SPA's page: to the third party, or back with an error. */
export function openStart(visitor: Visitor, startUrl: URL | string): Promise<Answer> {
  return visitor.get(startUrl, { headers: fromElsewhere })
}

/** The handle that the SPA's own page finds in its fragment. */
export function handleOf({ location }: Answer): string {
  return new URLSearchParams(location?.hash.slice(1)).get('handle') ?? ''
}

export function codeIn({ body }: Answer): string {
  return JSON.parse(body).code
}

export function newVerifier(): string {
  return randomBytes(32).toString('base64url')
}

const fromElsewhere = {
  'sec-fetch-site': 'cross-site',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
}

function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url')
}
