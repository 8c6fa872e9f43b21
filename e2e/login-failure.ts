import { expect } from 'playwright/test'
import type { Answer } from './browser-client.ts'

/** The designed page, with the status and the header that proxies and scripts read. */
export function expectIssuerAway({ status, headers, body, location }: Answer): void {
  expect([status, location]).toEqual([503, undefined])
  expect(Number(headers['retry-after'])).toBeGreaterThan(0)
  expect(headers['cache-control']).toContain('no-store')
  expect(body).toContain('We can’t reach the sign-in service')
  expect(body).toContain('Try again')
}
