import { expect } from 'playwright/test'
import type { Answer, Visitor } from './browser-client.ts'
import { approve, visitCallback } from './flow.ts'
import type { RelayedWorld } from './relayed-world.ts'

/** Clicks *Connect* at one of the hosts of a preview. The authorization URL. */
export async function beginAt(visitor: Visitor, appUrl: string, cookie?: string): Promise<URL> {
  const headers = { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'document' }
  const url = `${appUrl}/api/integrations/acme/start`
  const { location, status } = await visitor.get(url, { headers, ...(cookie && { cookie }) })
  expect(location?.pathname, `start answered ${status} with ${location}`).toBe('/authorize')
  return location ?? new URL(url)
}

/** From the start to the provider's answer, not visited yet: a URL of the relay. */
export async function answerFor(visitor: Visitor, appUrl: string): Promise<URL> {
  return approve(await beginAt(visitor, appUrl))
}

/** Follows the provider's answer to the relay, and from there to the preview. */
export async function throughRelay(
  visitor: Visitor,
  answer: URL,
): Promise<{ relay: Answer; callback: Answer }> {
  const relay = await visitCallback(visitor, answer)
  if (!relay.location) throw new Error(`The relay answered ${relay.status}`)
  return { relay, callback: await visitCallback(visitor, relay.location) }
}

/** ERR(code) of the relay: back to a page of the stable deployment, with nothing of the response. */
export function expectRefused(answer: Answer, { stable }: RelayedWorld, code = 'invalid_state') {
  expect(answer.status).toBe(303)
  expect(answer.location?.href).toBe(
    `${stable.appUrl}/integrations?integration=acme&status=error&error=${code}#`,
  )
  expect(answer.setCookies).toEqual([])
}
