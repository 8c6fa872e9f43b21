import { expect } from 'playwright/test'
import { asErrorCode, type ErrorCode } from '#lib/errors'
import type { Answer } from './browser-client.ts'
import { deletedTransactionCookies, newTransactionCookies } from './flow.ts'

/**
 * OK(rt) of the test contract, as far as the answer shows it: a redirect to the return URL with
 * `integration` and `status=connected`, a fragment of its own, and the transaction's cookie deleted.
 */
export function expectOk(answer: Answer, returnTo = '/integrations'): void {
  const location = redirectOf(answer)
  const outcome = { integration: providerOf(answer), status: 'connected' }
  expectReturn(location, { returnTo: new URL(returnTo, answer.url), outcome })
  expect(deletedTransactionCookies(answer)).toHaveLength(1)
  expect(newTransactionCookies(answer)).toEqual([])
}

/**
 * ERR(code): a redirect to the return URL (default: `/integrations`) with `status=error` and that
 * code, and no new transaction cookie. `integration` is left out for an unknown provider.
 */
export function expectError(answer: Answer, code: ErrorCode, returnTo = '/integrations'): void {
  expect(asErrorCode(code)).toBe(code)
  const location = redirectOf(answer)
  const outcome: Record<string, string> = { status: 'error', error: code }
  if (code !== 'unknown_provider') outcome.integration = providerOf(answer)
  expectReturn(location, { returnTo: new URL(returnTo, answer.url), outcome })
  expect(newTransactionCookies(answer)).toEqual([])
}

/** A start that asks first: the app's own confirm page, and no transaction yet. */
export function expectConfirmPage(answer: Answer, provider: string): void {
  const location = redirectOf(answer)
  expect(location.origin + location.pathname).toBe(
    `${answer.url.origin}/integrations/connect/${provider}`,
  )
  expect(newTransactionCookies(answer)).toEqual([])
}

function redirectOf({ status, headers, location }: Answer): URL {
  expect([302, 303]).toContain(status)
  if (!location) throw new Error(`${status} without a Location`)
  expect(headers.location, 'the Location is absolute').toMatch(/^https?:\/\//)
  return location
}

function expectReturn(
  location: URL,
  { returnTo, outcome }: { returnTo: URL; outcome: Record<string, string> },
): void {
  const kept = Object.fromEntries(returnTo.searchParams)
  expect(location.origin + location.pathname).toBe(returnTo.origin + returnTo.pathname)
  expect(Object.fromEntries(location.searchParams)).toEqual({ ...kept, ...outcome })
  expect(location.href, 'the Location has a fragment of its own').toContain('#')
  expect(location.hash).toBe(returnTo.hash)
}

function providerOf({ url }: Answer): string {
  return /^\/api\/integrations\/([^/]+)\//.exec(url.pathname)?.[1] ?? ''
}
