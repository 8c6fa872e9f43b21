import { z } from 'zod'
import { env } from '#lib/env'
import { GrantkeeperError } from '#lib/errors'
import type { AuthorizationResponse } from './authorization.ts'
import { sealFor, unsealFor } from './seal.ts'
import type { Transaction } from './transaction.ts'

/**
 * The `state` that a provider is given: the attempt's own, or on a preview that one sealed together with
 * the host that began, for the relay to open.
 */
export async function stateOnTheWire(transaction: Transaction, base: string): Promise<string> {
  const { state, iat, exp } = transaction
  if (!env().RELAY_URL) return state
  return sealFor('relay', {
    typ: 'relay',
    host: new URL(base).host,
    inner_state: state,
    exp: Math.min(exp, iat + lifeS),
  })
}

/**
 * Where the stable deployment hands a response on to: the callback of the preview that began. Nothing is
 * redeemed, asked or kept here, and a callback never leads to a relay: there is one hop.
 * @throws {GrantkeeperError} `invalid_state` unless our own seal names, in time, a preview of ours
 */
export async function handOn(provider: string, response: AuthorizationResponse): Promise<string> {
  const { host, inner_state } = await openRelayState(response.state)
  const origin = previewAt(host)
  if (!origin) throw new GrantkeeperError('invalid_state')
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries({ ...response, state: inner_state }))
    if (value !== undefined) query.set(name, value)
  // A fragment of its own, so that a browser re-attaches none of the provider's (RFC 9110 §10.2.2).
  return `${origin}/api/integrations/${provider}/callback?${query}#_`
}

type RelayState = z.output<typeof shape>

const shape = z.strictObject({
  typ: z.literal('relay'),
  host: z.string().max(253),
  inner_state: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  exp: z.number(),
})

/** Seconds between the start and the relay, at most; and what the clocks of two machines may differ. */
const lifeS = 600
const skewS = 30

async function openRelayState(state = ''): Promise<RelayState> {
  const { success, data } = shape.safeParse(await unsealFor('relay', state.slice(0, 2048)))
  const leftS = success ? data.exp - Date.now() / 1000 : 0
  if (!success || leftS <= 0 || leftS > lifeS + skewS) throw new GrantkeeperError('invalid_state')
  return data
}

/**
 * The origin of one of our previews, or undefined. Whoever runs a preview has the relay's keys, and can
 * seal any host: the seal proves that a preview spoke, and `RELAY_HOSTS` which ones are ours, now.
 */
function previewAt(host: string): string | undefined {
  const { RELAY_HOSTS, APP_BASE_URL } = env()
  if (APP_BASE_URL.some((url) => new URL(url).host === host)) return undefined
  // http only fits where a pattern says so, which the settings let a local host alone.
  return ['https', 'http']
    .map((scheme) => `${scheme}://${host}`)
    .find((origin) => {
      const url = URL.canParse(origin) ? new URL(origin) : undefined
      // No path, no user, no other spelling: a host as browsers write it.
      return url?.host === host && RELAY_HOSTS.some((pattern) => pattern.matches(url))
    })
}
