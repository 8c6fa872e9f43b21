import type { Answer, Visitor } from '../browser-client.ts'
import { cookieHeader, sessionOf, transactionOf } from '../cookie-header.ts'
import { expect, test } from '../fixtures.ts'
import { approve, start, visitCallback } from '../flow.ts'
import { expectError, expectOk } from '../outcome.ts'

test('RF-21 a callback that is loaded again while it is exchanged harms nothing', async ({
  alice,
  world,
  grants,
  tokenCalls,
}) => {
  const { acme } = world.providers
  const { authorizationUrl } = await start(alice)
  const callback = await approve(authorizationUrl)
  let again: ReturnType<typeof visitCallback> | undefined
  const during = async () => {
    again = visitCallback(alice, callback)
    await again
  }
  acme.ctl({ endpoint: 'token', nth: 1, during })
  expectOk(await visitCallback(alice, callback))
  if (!again) throw new Error('The token endpoint was not asked')
  expectError(await again, 'invalid_state')
  expect(tokenCalls()).toBe(1)
  expect(await grants('alice')).toHaveLength(1)
})

test('RF-22 four connects of one account that end at once leave one grant', async ({
  alice,
  world,
  grants,
}) => {
  const { acme } = world.providers
  const callbacks: (() => Promise<Answer>)[] = []
  for (let flow = 0; flow < 4; flow += 1) callbacks.push(await prepared(alice))
  acme.ctl({ endpoint: 'token', delay_before_headers: 200 })
  const ends = await Promise.all(callbacks.map((visit) => visit()))
  for (const end of ends) expectOk(end)
  expect(await grants('alice')).toMatchObject([{ version: 4, status: 'active' }])
})

/** A callback that only has to be called: with the cookies of its own flow, which others would evict. */
async function prepared(alice: Visitor): Promise<() => Promise<Answer>> {
  const { authorizationUrl, cookieName } = await start(alice)
  const cookie = cookieHeader(...sessionOf(alice), transactionOf(alice, cookieName))
  const callback = await approve(authorizationUrl)
  return () => alice.get(callback, { cookie, headers: { 'sec-fetch-dest': 'document' } })
}
