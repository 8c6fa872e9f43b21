import { open } from '#lib/vault'
import type { Finding } from '#scripts/doctor/finding'
import { type Answer, send } from '../browser-client.ts'
import { requestStart, visitCallback } from '../flow.ts'
import { askAsJob, type JobAnswer } from '../job.ts'
import type { Row } from '../rows.ts'
import { keyRing } from '../settings.ts'
import { examine } from './examine.ts'
import type { Exchange } from './front.ts'
import type { Decision } from './party.ts'
import { type Person, type Stand, secrets, type Town } from './town.ts'

/** Where a step is taken: a server, its provider in the app, and all else that there is. */
export type Place = Stand & {
  town: Town
  /** The id of its provider in the app. */
  provider: string
}

/** From the app's own page to the server, whose person decides. What leads back to the app is not visited. */
export async function decide(
  place: Place,
  person: Person,
  { decision = 'allow', change = (url) => url }: Decided = {},
): Promise<Answer> {
  const { party, front, provider } = place
  const started = await requestStart({ visitor: person.browser, provider })
  if (!started.location) throw new Error(`start answered ${started.status}: ${started.body}`)
  const { browser, name } = person
  const authorizationUrl = change(started.location)
  return party.decide({ browser, url: front.url, authorizationUrl, person: name, decision })
}

type Decided = { decision?: Decision; change?: (authorizationUrl: URL) => URL }

/** The same, for a decision that must lead back. */
export async function callbackOf(place: Place, person: Person, decision?: Decision): Promise<URL> {
  const { location, status, body } = await decide(place, person, decision ? { decision } : {})
  if (!location?.href.startsWith(`${place.town.appUrl}/`))
    throw new Error(`The server answered ${status}, and led to ${location}: ${body.slice(0, 500)}`)
  return location
}

export async function connect(place: Place, person: Person): Promise<Answer> {
  return visitCallback(person.browser, await callbackOf(place, person))
}

export function vend({ town, provider }: Place, { sub }: Person): Promise<JobAnswer> {
  return askAsJob(town.app(), town.jobToken, { provider, user: sub })
}

/** The living grant of a person. */
export async function grantOf({ town, provider }: Place, { sub }: Person): Promise<Row> {
  const users = (await town.rows.all('users')).filter((row) => row.sub === sub)
  const grants = (await town.rows.all('grants')).filter(
    (row) =>
      row.provider === provider &&
      row.status !== 'disconnected' &&
      users.some(({ id }) => id === row.user_id),
  )
  const [grant] = grants
  if (!grant || grants.length > 1) throw new Error(`${sub} has ${grants.length} grants`)
  return grant
}

/** From now on, every access token of this provider has run out. */
export function expire({ town, provider }: Place): Promise<void> {
  return town.rows.execute(
    `update grants set access_token_expires_at = ${Date.now() - 60_000} where provider = '${provider}'`,
  )
}

/** As if the pauses after failures were over. What is known of the provider besides stays known. */
export async function wait({ town, provider }: Place): Promise<void> {
  const where = `where provider = '${provider}'`
  await town.rows.execute(`update grants set refresh_not_before = 0 ${where}`)
  await town.rows.execute(`update provider_states set blocked_until = 0 ${where}`)
}

/** As if what was refused so far had been refused a day earlier. */
export async function dayLater({ town, provider }: Place): Promise<void> {
  await town.rows.execute(
    `update grants set refused_since = refused_since - 90000000 where provider = '${provider}'`,
  )
}

/** The refresh token that the app holds of a person. */
export async function heldToken(place: Place, person: Person): Promise<string> {
  const { id, user_id, version, refresh_token } = await grantOf(place, person)
  const context = { grantId: String(id), userId: String(user_id), provider: place.provider }
  const bound = { ...context, version: Number(version), field: 'refresh_token' as const }
  return open(String(refresh_token), bound, keyRing(place.town.env().VAULT_KEYS ?? ''))
}

/** A refresh at the server itself, by the app's client: 200 where the token lives. */
export async function refreshThere(place: Place, refresh_token: string): Promise<number> {
  const { party, front, client, metadataClient, provider } = place
  const { id, secret } = provider === party.id ? client : metadataClient
  const body = String(
    new URLSearchParams({
      ...{ grant_type: 'refresh_token', refresh_token, client_id: id },
      ...(party.entry(front.url).token_endpoint_auth_method === 'none'
        ? {}
        : { client_secret: secret }),
    }),
  )
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const url = new URL(party.entry(front.url).token_endpoint ?? '')
  return (await send(url, { method: 'POST', headers, body })).status
}

/** The refreshes at the server so far, in order. */
export function refreshes({ party, front }: Place): Exchange[] {
  return front
    .exchanges(tokenPath({ party, front }))
    .filter(({ form }) => form.get('grant_type') === 'refresh_token')
}

export function tokenPath({ party, front }: Pick<Place, 'party' | 'front'>): string {
  return new URL(party.entry(front.url).token_endpoint ?? '').pathname
}

/** What the doctor finds of all providers at once; with wrong secrets, if they are to be wrong. */
export function doctor({ env, stands }: Town, isWrong = false): Promise<Finding[]> {
  return examine({ ...env(), ...(isWrong ? secrets(stands, wrong) : {}) })
}

export function wrong(secret: string): string {
  return `${secret}-but-wrong`
}
