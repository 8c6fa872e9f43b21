import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { env } from '#lib/env'
import { GrantkeeperError } from '#lib/errors'
import { sealFor, unsealFor } from './seal.ts'

/** One attempt in flight. Only this file makes one: it was sealed by us and fits the state. */
export type Transaction = z.output<typeof shape> & { readonly [unsealed]: true }

/** A new attempt, with everything secret in it fresh. */
export function newTransaction(attempt: Attempt): Transaction {
  const now = Math.floor(Date.now() / 1000)
  // One draw costs as much as each of four would.
  const random = randomBytes(4 * secretBytes)
  const secret = (nth: number) =>
    random.toString('base64url', nth * secretBytes, (nth + 1) * secretBytes)
  return {
    ...attempt,
    [unsealed]: true,
    typ: 'transaction',
    id: secret(0),
    state: secret(1),
    code_verifier: secret(2),
    nonce: secret(3),
    iat: now,
    exp: now + env().TRANSACTION_TTL_S,
  }
}

/**
 * The transaction that belongs to a `state`, from the cookie of its own. It may be late: whoever
 * takes it compares `exp`, and sees to it that it is used once.
 * @throws {GrantkeeperError} `invalid_state` whatever is wrong with the cookie, which stays untouched
 */
export async function openTransaction(
  cookies: CookieHeader,
  state: string | undefined,
): Promise<Transaction> {
  if (!state || !/^[A-Za-z0-9_-]{43}$/.test(state)) throw new GrantkeeperError('invalid_state')
  const values = valuesOf(cookies, cookieName(state))
  const [value] = values
  // The same name twice means that somebody else may have set one of them.
  const transaction = values.length === 1 && value ? await unsealTransaction(value) : undefined
  if (!transaction || transaction.state !== state) throw new GrantkeeperError('invalid_state')
  return transaction
}

/** The attempts of this browser that are still in time, oldest first. */
export async function liveTransactions(cookies: CookieHeader): Promise<Transaction[]> {
  const opened = await Promise.all(
    cookiesOf(cookies)
      .slice(-maxAlive)
      .map(({ value }) => unsealTransaction(value)),
  )
  const now = Date.now() / 1000
  return opened.filter((transaction) => transaction !== undefined).filter(({ exp }) => exp > now)
}

/**
 * The `Set-Cookie` values that keep a new transaction, and make room for it: at most five are alive,
 * and 4 kB together. Browsers list cookies oldest first (RFC 6265 §5.4), so those in front go.
 * @throws {GrantkeeperError} `invalid_request` for one so long that browsers would drop it
 */
export async function keepTransaction(
  cookies: CookieHeader,
  transaction: Transaction,
): Promise<string[]> {
  const seal = await sealTransaction(transaction)
  const name = cookieName(transaction.state)
  if (name.length + seal.length > maxBytes) throw new GrantkeeperError('invalid_request')
  const alive = cookiesOf(cookies)
  const size = () =>
    alive.reduce((sum, cookie) => sum + cookie.name.length + cookie.value.length, 0)
  const evicted: string[] = []
  while (
    alive.length >= maxAlive ||
    (alive.length > 0 && size() + name.length + seal.length > maxBytes)
  )
    evicted.push(alive.shift()?.name ?? '')
  return [
    ...evicted.map(deletion),
    `${name}=${seal}; Max-Age=${env().TRANSACTION_TTL_S + 300}${attributes()}`,
  ]
}

/** The `Set-Cookie` value that removes one transaction. */
export function forgetTransaction({ state }: Transaction): string {
  return deletion(cookieName(state))
}

/** The `Set-Cookie` values that remove every transaction of this browser: at logout. */
export function forgetAllTransactions(cookies: CookieHeader): string[] {
  return [...new Set(cookiesOf(cookies).map(({ name }) => name))].map(deletion)
}

/** What a transaction and a ticket know of the user who began. */
export function whoIs({ issuer, sub, org }: Who): { login: string; sub: string; org: string } {
  return { login: issuer, sub, org }
}

/** Whether this user began it: after a change of the login issuer, the same `sub` is another one. */
export function isBegunBy({ login, sub, org }: Transaction, user: Who): boolean {
  return login === user.issuer && sub === user.sub && org === user.org
}

type Who = { issuer: string; sub: string; org: string }

/** A transaction sealed, as it is in its cookie. */
export function sealTransaction(transaction: Transaction): Promise<string> {
  const { [unsealed]: _, ...plain } = transaction
  return sealFor('transaction', plain)
}

/** What `sealTransaction` sealed, or undefined for everything else. It may be late, or used. */
export async function unsealTransaction(value: string): Promise<Transaction | undefined> {
  const { success, data } = shape.safeParse(await unsealFor('transaction', value))
  return success ? { ...data, [unsealed]: true } : undefined
}

/** The key under which a transaction is remembered as used. It gives nothing of the transaction away. */
export function usedId({ id }: Transaction): string {
  return createHash('sha256').update(id).digest('base64url')
}

type CookieHeader = string | null
type Attempt = Omit<
  z.input<typeof shape>,
  'typ' | 'id' | 'state' | 'code_verifier' | 'nonce' | 'iat' | 'exp'
>

declare const unsealedBrand: unique symbol
const unsealed = Symbol('unsealed') as unknown as typeof unsealedBrand
/** 256 bits, 43 characters: what RFC 7636 §4.1 recommends for a verifier. */
const secretBytes = 32
const maxAlive = 5
const maxBytes = 4096

const shape = z.strictObject({
  typ: z.literal('transaction'),
  // session: the browser is logged in here. ticket: a SPA that holds an access token began, and its
  // challenge (S256) is of a verifier that only its own page has.
  mode: z.enum(['session', 'ticket']),
  challenge: z.string().optional(),
  id: z.string(),
  state: z.string(),
  code_verifier: z.string(),
  nonce: z.string(),
  provider: z.string(),
  config: z.string(),
  issuer: z.string().optional(),
  redirect_uri: z.string(),
  return_to: z.string(),
  scope: z.array(z.string()),
  grant: z.string().optional(),
  // Who began: the login issuer, and the user and organization there.
  login: z.string(),
  sub: z.string(),
  org: z.string(),
  iat: z.number(),
  exp: z.number(),
})

function isSecure(): boolean {
  return env().APP_BASE_URL.every((url) => url.startsWith('https:'))
}

function prefix(): string {
  return isSecure() ? '__Host-oauth_tx_' : 'oauth_tx_'
}

function cookieName(state: string): string {
  return prefix() + createHash('sha256').update(state).digest('hex').slice(0, 16)
}

function attributes(): string {
  return `; Path=/; HttpOnly; SameSite=Lax${isSecure() ? '; Secure' : ''}`
}

function deletion(name: string): string {
  return `${name}=; Max-Age=0${attributes()}`
}

type Cookie = { name: string; value: string }

/** Every transaction cookie of a request in the order of the header, repeated names included. */
function cookiesOf(header: CookieHeader): Cookie[] {
  return (header ?? '')
    .split(';')
    .map((pair) => {
      const [name = '', ...value] = pair.trim().split('=')
      return { name, value: value.join('=') }
    })
    .filter(({ name }) => name.startsWith(prefix()))
}

function valuesOf(header: CookieHeader, name: string): string[] {
  return cookiesOf(header)
    .filter((cookie) => cookie.name === name)
    .map(({ value }) => value)
}
