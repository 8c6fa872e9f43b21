import type { Context, Options } from './context.ts'
import { GrantkeeperProblem, problemOf } from './problem.ts'

/** The identity at the third party that a grant speaks for. */
export type Account = { id: string; label: string | null }

/** What a user lets the app do at one account. Times are ISO 8601. */
export type Grant = {
  id: string
  provider: string
  /** Null where the third party tells none. */
  account: Account | null
  /** Whether the third party honours it, as far as is known. */
  status: 'active' | 'reauthorization_required' | 'disconnected'
  /** What a page says of it: the worst first. */
  state: State
  scope: string[]
  /** Asked for and not granted. */
  missing_scope: string[]
  connected_at: string
  last_used_at: string | null
  ends_at: string | null
  paused_at: string | null
}

export type State =
  | 'connected'
  | 'missing_scopes'
  | 'expiring'
  | 'paused'
  | 'refused'
  | 'unavailable'
  | 'misconfigured'
  | 'reauthorization_required'
  | 'disconnected'

/** One third party, with what the user has there. */
export type Integration = {
  /** Its id, as `connect` takes it. */
  provider: string
  name: string
  summary: string | null
  /** Of the grant that needs the user most; without one, how things stand. */
  state: State | 'not_connected' | 'connecting'
  grants: Grant[]
  scopes: {
    name: string
    title: string | null
    access: 'read' | 'write' | null
    asked: 'always' | 'on_demand'
  }[]
  /** The third party's own list of connected apps. */
  manage_url: string
}

/** What became of the access at the third party itself. */
export type Revocation = { revocation: 'revoked' | 'unsupported' | 'failed' }

export type ProxyInit = RequestInit & {
  /** The id of the grant to use, where the user has several at the provider. */
  grant?: string
}

export type Api = {
  /** Every provider that is offered, with what the user has there. */
  list: () => Promise<Integration[]>
  disconnect: (grant: string) => Promise<Revocation>
  pause: (grant: string) => Promise<void>
  resume: (grant: string) => Promise<void>
  /** A call to the third party's own API. `path` is below its base; the answer is its own. */
  fetch: (provider: string, path: string, init?: ProxyInit) => Promise<Response>
  begin: (provider: string, wish: TicketWish) => Promise<{ start_url: string }>
  redeem: (provider: string, proof: Proof) => Promise<Completed>
}

type TicketWish = {
  return_to: string
  challenge: string
  scope: string | undefined
  grant: string | undefined
}
type Proof = { handle: string; verifier: string }
type Completed = { grant: string; account: Account }

/** The routes of Grantkeeper, one function each. @throws {GrantkeeperProblem} */
export function createApi(
  { baseUrl, getAccessToken }: Options,
  { changed, names }: Pick<Context, 'changed' | 'names'>,
): Api {
  const send = async (path: string, { grant, ...init }: ProxyInit) => {
    const headers = new Headers(init.headers)
    headers.set('authorization', `Bearer ${await tokenOf(getAccessToken)}`)
    if (grant) headers.set('grantkeeper-grant', grant)
    return fetch(`${baseUrl}/api/${path}`, { ...init, headers, credentials: 'omit' }).catch(
      (cause) => {
        // An abort is the caller's own.
        throw init.signal?.aborted ? cause : new GrantkeeperProblem('unreachable', { cause })
      },
    )
  }
  const call = async (method: string, path: string, body?: unknown) => {
    const headers = { 'content-type': 'application/json' }
    const response = await send(path, { method, headers, body: JSON.stringify(body) })
    if (!response.ok) throw await problemOf(response)
    return response.status === 204 ? undefined : response.json()
  }
  const change = (method: string, path: string) => call(method, path).finally(changed)
  return {
    async list() {
      const { integrations }: { integrations: Integration[] } = await call('GET', 'integrations')
      for (const { provider, name } of integrations) names.set(provider, name)
      return integrations
    },
    disconnect: (grant) => change('DELETE', pathOf('grants', grant)),
    pause: (grant) => change('POST', `${pathOf('grants', grant)}/pause`),
    resume: (grant) => change('POST', `${pathOf('grants', grant)}/resume`),
    fetch: async (provider, path, init = {}) => send(proxied(provider, path), init),
    begin: (provider, wish) => call('POST', `${pathOf('integrations', provider)}/tickets`, wish),
    redeem: (provider, proof) =>
      call('POST', `${pathOf('integrations', provider)}/complete`, proof),
  }
}

/** Who gets none is no longer logged in, unless the network failed: `fetch` throws a TypeError then. */
async function tokenOf(getAccessToken: Options['getAccessToken']): Promise<string> {
  let cause: unknown
  try {
    const token = await getAccessToken()
    if (token) return token
  } catch (thrown) {
    cause = thrown
  }
  const code = cause instanceof TypeError ? 'unreachable' : 'login_required'
  throw new GrantkeeperProblem(code, { cause })
}

/**
 * The proxy's path. One that climbs out of it would send the user's token, and whatever method, to
 * another route of Grantkeeper; a URL parser reads `%2e` and `\` as it reads `.` and `/`.
 */
function proxied(provider: string, path: string): string {
  const base = `${pathOf('integrations', provider)}/proxy/`
  const whole = base + path.replace(/^\//, '')
  if (!new URL(whole, 'http://x').href.startsWith(`http://x/${base}`)) throw new TypeError(path)
  return whole
}

function pathOf(kind: string, id: string): string {
  return `${kind}/${encodeURIComponent(id)}`
}
