import { expect } from 'playwright/test'
import { type Answer, type Visitor, visitor } from '../browser-client.ts'
import { requestStart, visitCallback } from '../flow.ts'
import { callApi } from '../proxied.ts'
import type { Row } from '../rows.ts'
import { askForToken, bearer } from '../token-request.ts'
import type { World } from '../world.ts'
import type { Script, ThirdParty } from './third-party.ts'

export type User = 'alice' | 'bob'

/** What a job hears when it asks for a token. */
export type Heard = {
  status: number
  code?: string
  access_token?: string
  expires_in?: number
  scope?: string
  missing_scope?: string
  grant?: string
  connect_url?: string
  retryAfterS: number
}

/** The running app, and one provider, as the walk of a report sees them. */
export type Place = {
  name: string
  world: World
  users: Record<User, Visitor>
  third: ThirdParty
  /** Changes how the provider answers from now on. */
  bend: (script: Script) => void
  /** Starts as a click does, and comes back with these parameters and a code, unless they say otherwise. */
  connect: (
    user?: User,
    back?: Record<string, string>,
    query?: Record<string, string>,
  ) => Promise<Answer>
  /** The URL that the provider sends a user back to, unvisited. */
  callback: (
    user?: User,
    back?: Record<string, string>,
    query?: Record<string, string>,
  ) => Promise<URL>
  vend: (user?: User, more?: Record<string, unknown>) => Promise<Heard>
  /** Lets every access token of this provider run out, and forgets that it is too early to try again. */
  expire: () => Promise<void>
  grants: () => Promise<Row[]>
  /** The text of the provider's page. */
  page: (user?: User, query?: string) => Promise<string>
  proxy: (path: string, headers?: Record<string, string>) => Promise<Answer>
}

/** @param key an API key for every provider */
export function placeOf(
  shared: { world: World; users: Record<User, Visitor>; key: string },
  name: string,
  third: ThirdParty,
): Place {
  const { world, users, key } = shared
  const callback: Place['callback'] = async (user = 'alice', back = {}, query = {}) => {
    const started = await requestStart({ visitor: users[user], provider: name, query })
    const redirectUri = started.location?.searchParams.get('redirect_uri')
    expect(redirectUri, `start led to ${started.location}`).toBeTruthy()
    const url = new URL(redirectUri ?? '')
    const state = started.location?.searchParams.get('state') ?? ''
    for (const [parameter, value] of Object.entries({
      code: user === 'bob' ? 'bea' : 'ann',
      state,
      ...back,
    }))
      url.searchParams.set(parameter, value)
    return url
  }
  return {
    name,
    world,
    users,
    third,
    callback,
    bend: (script) => void Object.assign(third.script, script),
    connect: async (user = 'alice', back, query) =>
      visitCallback(users[user], await callback(user, back, query)),
    async vend(user = 'alice', more = {}) {
      const body = { user: `auth0|${user}`, ...more }
      const call = { authorization: bearer(key), provider: name, body }
      const answer = await askForToken(world, call)
      const retryAfterS = Number(answer.headers['retry-after'] ?? 0)
      return { ...JSON.parse(answer.body), status: answer.status, retryAfterS }
    },
    expire: () => {
      // All times of the token move back by as much, so that its life stays what it was.
      const back = `(coalesce(access_token_expires_at, ${Date.now()}) - ${Date.now() - 60_000})`
      return world.rows.execute(
        `update grants set access_token_expires_at = ${Date.now() - 60_000}, refresh_not_before = 0,
           connected_at = connected_at - ${back}, last_refreshed_at = last_refreshed_at - ${back}
         where provider = '${name}'`,
      )
    },
    grants: async () =>
      (await world.rows.all('grants')).filter(({ provider }) => provider === name),
    page: async (user = 'alice', query = '') =>
      textOf((await users[user].get(`/integrations/${name}${query}`)).body),
    proxy: (path, headers) =>
      callApi(users.alice, path, { provider: name, ...(headers ? { headers } : {}) }),
  }
}

/** The callback's end: connected, or the code of what went wrong. */
export function outcomeOf({ location }: Answer): string {
  const query = location?.searchParams
  return query?.get('error') ?? query?.get('status') ?? `no redirect: ${location}`
}

/** A connection that must work. */
export async function connected(place: Place, user: User = 'alice'): Promise<void> {
  expect(outcomeOf(await place.connect(user))).toBe('connected')
}

/** What a person reads on a page. */
export function textOf(html: string): string {
  const body = html.replace(/<script\b.*?<\/script>/gs, ' ')
  return body
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&#x27;', '’')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
}

/** A further browser of a user, for a walk that ends its session. */
export async function visit({ world }: Place, user: User): Promise<Visitor> {
  const one = visitor({ name: user, appUrl: world.appUrl })
  await one.login(user)
  return one
}
