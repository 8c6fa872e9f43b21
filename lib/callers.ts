import { findKey } from '#lib/api-keys'
import { env } from '#lib/env'
import { GrantkeeperError } from '#lib/errors'
import { verifyAccessToken } from '#lib/login/access-token'
import { bearerToken } from '#lib/login/bearer'
import { loginIssuer } from '#lib/login/issuer'

/** A backend job that may ask for access tokens. Only this file makes one, so that no verb runs without proof. */
export type Caller = {
  kind: 'machine' | 'key' | 'own'
  /** As users see it in their activity: the key's name, the client's id, or the stated purpose. */
  name: string
  /** The login issuer whose users it may name. */
  issuer: string
  /** The only organization whose users it may name, or undefined for all. */
  org: string | undefined
  mayVend: (provider: string) => boolean
  readonly [proof]: true
}

/** The headers of a request, by lower-case names: a `Headers`, or what is as good for reading. */
export type CallHeaders = Pick<Headers, 'get' | 'has'>

/**
 * The backend job that sent a request, by its API key or the issuer's machine-to-machine token.
 * @throws {GrantkeeperError} `login_required` where nothing, or nothing valid, says who it is;
 *   `forbidden` for users, browsers and machines that may not vend; `temporarily_unavailable`,
 *   `storage_unavailable`
 */
export async function callerOf({ headers }: { headers: CallHeaders }): Promise<Caller> {
  if (isBrowser(headers)) throw new GrantkeeperError('forbidden')
  const token = bearerToken(headers)
  if (headers.has('cookie')) throw new GrantkeeperError('forbidden')
  return token.startsWith('gk_') ? keyCaller(token) : machineCaller(token)
}

/** This app's own server code. `purpose`: what users read in their activity, such as `Nightly import`. */
export function ownCaller(purpose: string): Caller {
  return caller({ kind: 'own', name: purpose, org: undefined, providers: ['*'] })
}

const proof = Symbol('proof')

/**
 * What only browsers send. `Sec-Fetch-Mode` is not among it: the `fetch` of Node sends that, and
 * nothing else of Fetch Metadata; a browser never sends it alone.
 */
function isBrowser(headers: CallHeaders): boolean {
  return ['origin', 'sec-fetch-site', 'sec-fetch-dest', 'sec-fetch-user'].some((name) =>
    headers.has(name),
  )
}

async function keyCaller(presented: string): Promise<Caller> {
  const key = await findKey(presented)
  if (!key) throw new GrantkeeperError('login_required')
  const { name, org, providers } = key
  return caller({ kind: 'key', name, org: org ?? undefined, providers })
}

async function machineCaller(token: string): Promise<Caller> {
  const { clientId, isMachine, scope, org } = await verifyAccessToken(token)
  const providers = scope.flatMap((one) => /^vend:(.+)$/.exec(one)?.[1] ?? [])
  const mayVend = isMachine && env().M2M_CLIENTS.includes(clientId) && providers.length > 0
  if (!mayVend) throw new GrantkeeperError('forbidden')
  return caller({ kind: 'machine', name: clientId, org, providers })
}

function caller({
  kind,
  name,
  org,
  providers,
}: Pick<Caller, 'kind' | 'name' | 'org'> & { providers: string[] }): Caller {
  return {
    ...{ kind, name, org },
    issuer: loginIssuer(),
    mayVend: (provider) => providers.includes('*') || providers.includes(provider),
    [proof]: true,
  }
}
