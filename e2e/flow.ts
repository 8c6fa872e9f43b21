import { createHash } from 'node:crypto'
import { expect } from 'playwright/test'
import { type Answer, send, type Visitor } from './browser-client.ts'
import type { ProviderId } from './world-providers.ts'

/** A flow that has begun: the provider's page is next. */
export type Started = {
  response: Answer
  authorizationUrl: URL
  /** Empty where the request was pushed (RFC 9126). */
  state: string
  /** The transaction's own cookie. */
  cookieName: string
  returnTo: string
}

export type StartOptions = {
  visitor: Visitor
  provider?: ProviderId | (string & {})
  /** Undefined sends none. */
  returnTo?: string | undefined
  headers?: Record<string, string>
  /** Further query parameters. */
  query?: Record<string, string>
}

/** GET start as a click on the app's own page sends it. */
export function requestStart({
  visitor,
  provider = 'acme',
  returnTo,
  headers,
  query,
}: StartOptions): Promise<Answer> {
  const parameters = new URLSearchParams(query)
  if (returnTo !== undefined) parameters.set('return_to', returnTo)
  return visitor.get(`/api/integrations/${provider}/start?${parameters}`, {
    headers: { ...navigation, 'sec-fetch-site': 'same-origin', ...headers },
  })
}

/** Starts a flow, and sees that the answer leads to a third party with a transaction cookie. */
export async function start(
  visitor: Visitor,
  provider: ProviderId = 'acme',
  returnTo?: string,
  headers: Record<string, string> = {},
): Promise<Started> {
  const response = await requestStart({ visitor, provider, returnTo, headers })
  expect([302, 303], `start answered ${response.body}`).toContain(response.status)
  const authorizationUrl = response.location
  if (!authorizationUrl) throw new Error('start gave no Location')
  const [cookieName] = newTransactionCookies(response)
  expect(authorizationUrl.pathname, `start led to ${authorizationUrl}`).toBe('/authorize')
  if (!cookieName) throw new Error('start set no transaction cookie')
  const state = authorizationUrl.searchParams.get('state') ?? ''
  if (state) expect(cookieName).toBe(transactionCookie(state, response.url))
  return { response, authorizationUrl, state, cookieName, returnTo: returnTo ?? '/integrations' }
}

/** What the provider answers, once `account` (default: whom it was told) has consented; unvisited. */
export async function approve(authorizationUrl: URL, account?: string): Promise<URL> {
  const url = new URL(authorizationUrl)
  if (account) url.searchParams.set('account', account)
  const { location, status, body } = await send(url, {})
  if (!location) throw new Error(`The provider answered ${status}: ${body}`)
  return location
}

/** GET of a callback as a browser sends it that comes back from another site. */
export function visitCallback(
  visitor: Visitor,
  callback: URL | string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return visitor.get(callback, {
    headers: { ...navigation, 'sec-fetch-site': 'cross-site', ...headers },
  })
}

/** The whole walk: start, consent, callback. */
export async function connect(
  visitor: Visitor,
  provider: ProviderId = 'acme',
  { returnTo, account }: { returnTo?: string; account?: string } = {},
): Promise<Answer> {
  const { authorizationUrl } = await start(visitor, provider, returnTo)
  return visitCallback(visitor, await approve(authorizationUrl, account))
}

/** The name of a state's cookie. */
export function transactionCookie(state: string, at: URL): string {
  const digest = createHash('sha256').update(state).digest('hex').slice(0, 16)
  return `${at.protocol === 'https:' ? '__Host-' : ''}oauth_tx_${digest}`
}

/** The transaction cookies that an answer sets, deletions left out. */
export function newTransactionCookies({ setCookies }: Answer): string[] {
  return setCookies.filter((line) => !isDeletion(line)).flatMap(nameOfTransactionCookie)
}

/** The transaction cookies that an answer deletes. */
export function deletedTransactionCookies({ setCookies }: Answer): string[] {
  return setCookies.filter(isDeletion).flatMap(nameOfTransactionCookie)
}

const navigation = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }

function nameOfTransactionCookie(line: string): string[] {
  const name = line.split('=', 1)[0] ?? ''
  return /^(__Host-)?oauth_tx_/.test(name) ? [name] : []
}

function isDeletion(line: string): boolean {
  return /;\s*max-age=0(;|$)/i.test(line) || /expires=thu, 01 jan 1970/i.test(line)
}
