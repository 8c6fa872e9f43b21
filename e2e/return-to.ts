import { expect } from 'playwright/test'
import type { Answer, Visitor } from './browser-client.ts'
import { approve, visitCallback } from './flow.ts'
import { expectError, expectOk } from './outcome.ts'
import type { World } from './world.ts'

/** GET start with a query exactly as it is written, percent-encoding and all. */
export function startWithQuery(visitor: Visitor, query: string): Promise<Answer> {
  return visitor.get(`/api/integrations/acme/start?${query}`, { headers: ownClick })
}

/** GET start with this `return_to`, encoded once. */
export function startTowards(visitor: Visitor, returnTo: string): Promise<Answer> {
  return startWithQuery(visitor, `return_to=${encodeURIComponent(returnTo)}`)
}

/**
 * Sees that `return_to` is refused wherever it is read: start leads to the default page, without a
 * transaction and without a word to the provider, and the confirm page offers no way on.
 */
export async function expectRefused(visitor: Visitor, world: World, query: string): Promise<void> {
  const answer = await startWithQuery(visitor, query)
  expect(answer.headers.location, `start?${query}`).toContain('error=invalid_return_to')
  expectError(answer, 'invalid_return_to')
  expect(
    answer.setCookies.filter((line) => line.startsWith('a=')),
    query,
  ).toEqual([])
  const page = await visitor.get(`/integrations/connect/acme?${query}`)
  const about = `the confirm page for ${query}`
  expect(page.status, about).toBe(200)
  expect(page.body, about).toContain('<h1')
  const onwards = linksIn(page.body).filter((link) => /\/start\?|evil/.test(link))
  expect(onwards, about).toEqual([])
  expect(askedOf(world), 'acme is asked nothing').toEqual([])
}

/** What acme was asked; an earlier test's token may still be on its way to being revoked. */
export function askedOf({ providers }: World): string[] {
  const paths = providers.acme.log().map(({ path }) => path)
  return paths.filter((path) => path !== '/revoke')
}

/** The same for values as a browser has them before it encodes them. */
export async function expectAllRefused(
  visitor: Visitor,
  world: World,
  values: readonly string[],
): Promise<void> {
  for (const value of values)
    await expectRefused(visitor, world, `return_to=${encodeURIComponent(value)}`)
}

/** Sees that `return_to` is accepted, and that the attempt ends at `landing`. */
export async function expectLanding(
  visitor: Visitor,
  returnTo: string,
  landing: string,
): Promise<Answer> {
  const { location } = await startTowards(visitor, returnTo)
  expect(location?.pathname, `start with ${returnTo} led to ${location}`).toBe('/authorize')
  if (!location) throw new Error('start gave no Location')
  const answer = await visitCallback(visitor, await approve(location))
  expectOk(answer, landing)
  return answer
}

/** Every link and form target of a page, unescaped. */
export function linksIn(html: string): string[] {
  return [...html.matchAll(/\s(?:href|action|formaction)="([^"]*)"/gi)].map(([, value = '']) =>
    value.replaceAll('&amp;', '&'),
  )
}

const ownClick = {
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-site': 'same-origin',
}
