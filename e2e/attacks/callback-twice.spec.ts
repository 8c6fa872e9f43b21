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

test('WD-12 whichever of two deliveries is shown, its page says nothing that is false', async ({
  alice,
  world,
}) => {
  const { acme } = world.providers
  const { authorizationUrl } = await start(alice)
  const callback = await approve(authorizationUrl)
  let early: Answer | undefined
  const during = async () => {
    const again = await visitCallback(alice, callback)
    early = await alice.get(again.location ?? '')
  }
  acme.ctl({ endpoint: 'token', nth: 1, during })
  const first = await visitCallback(alice, callback)
  expect(early?.body).toContain('This answer from Acme was not used')
  expect(early?.body).not.toContain('was not connected')
  const page = await alice.get(first.location ?? '')
  expect(page.body).toContain('Acme connected')
  const late = await visitCallback(alice, callback)
  expectError(late, 'invalid_state')
  expect((await alice.get(late.location ?? '')).body).toContain('Acme connected')
})

test('WD-12 a callback that is prefetched connects, and the click after it is told so', async ({
  alice,
  grants,
  tokenCalls,
}) => {
  const { authorizationUrl } = await start(alice)
  const callback = await approve(authorizationUrl)
  expectOk(await visitCallback(alice, callback, { 'sec-purpose': 'prefetch' }))
  const clicked = await visitCallback(alice, callback)
  expectError(clicked, 'invalid_state')
  expect((await alice.get(clicked.location ?? '')).body).toContain('Acme connected')
  expect([tokenCalls(), (await grants('alice')).length]).toEqual([1, 1])
})

test('WD-12 a cancel that comes without its state alarms nobody', async ({ alice, grants }) => {
  await start(alice)
  const callback = '/api/integrations/acme/callback?error=access_denied'
  const answer = await visitCallback(alice, callback)
  expectError(answer, 'invalid_state')
  const page = await alice.get(answer.location ?? '')
  expect(page.body).toContain('This answer from Acme was not used')
  expect(page.body).toContain('after a cancel')
  expect(await grants('alice')).toEqual([])
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
