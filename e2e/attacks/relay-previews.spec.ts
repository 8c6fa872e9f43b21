import { send, visitor } from '../browser-client.ts'
import { approve, start, visitCallback } from '../flow.ts'
import { expectError, expectOk } from '../outcome.ts'
import { expect, test } from '../relay-fixtures.ts'
import { answerFor, beginAt, throughRelay } from '../relay-flow.ts'
import { sealState } from '../relay-state.ts'
import { handleOf, openStart, spaOf } from '../spa.ts'
import { stored } from '../stored.ts'

test.describe.configure({ timeout: 180_000 })

test('RL-04 the stable deployment hands on and does nothing else; the preview redeems', async ({
  alice,
  relayed,
}) => {
  const { stable, preview } = relayed
  const before = await stored(stable.rows)
  const answer = await answerFor(alice, preview.appUrl)
  expect(answer.origin + answer.pathname).toBe(`${stable.appUrl}/api/integrations/acme/relay`)
  const { relay, callback } = await throughRelay(alice, answer)
  expect(relay.status).toBe(303)
  expect(relay.setCookies).toEqual([])
  expect(relay.body).toBe('')
  expect(relay.location?.href.split('?')[0]).toBe(
    `${preview.appUrl}/api/integrations/acme/callback`,
  )
  const { code, iss } = Object.fromEntries(answer.searchParams)
  expect(Object.fromEntries(relay.location?.searchParams ?? [])).toEqual({
    ...{ code, iss },
    state: expect.stringMatching(/^[\w-]{43}$/),
  })
  expectOk(callback)
  const [exchange] = preview.providers.acme.calls('/token')
  expect(new URLSearchParams(exchange?.body).get('redirect_uri')).toBe(
    `${stable.appUrl}/api/integrations/acme/relay`,
  )
  expect(await preview.rows.all('grants')).toHaveLength(1)
  expect(await stored(stable.rows)).toEqual(before)
  for (const provider of [stable.providers.acme, stable.providers.evil])
    expect(provider.log()).toEqual([])
})

test('RL-04 a denial goes on too, and a user at the branch’s host comes back to it', async ({
  relayed,
  visitors,
}) => {
  const { preview, branchUrl } = relayed
  const alice = visitor({ name: 'alice', appUrl: branchUrl })
  visitors.push(alice)
  await alice.login('alice')
  const answer = await answerFor(alice, branchUrl)
  const { callback } = await throughRelay(alice, answer)
  expect(callback.url.origin).toBe(branchUrl)
  expectOk(callback)
  expect(await preview.rows.all('grants')).toHaveLength(1)

  const denied = await answerFor(alice, branchUrl)
  denied.searchParams.delete('code')
  denied.searchParams.set('error', 'access_denied')
  expectError((await throughRelay(alice, denied)).callback, 'access_denied')
})

test('RL-07 what came through the relay once does not come through again, for nobody', async ({
  alice,
  bob,
  relayed,
}) => {
  const { preview } = relayed
  const stolen = await answerFor(alice, preview.appUrl)
  expectError((await throughRelay(bob, stolen)).callback, 'invalid_state')
  expect(preview.providers.acme.calls('/token')).toEqual([])
  expectOk((await throughRelay(alice, stolen)).callback)
  for (const visitor of [alice, bob])
    expectError((await throughRelay(visitor, stolen)).callback, 'invalid_state')
  expect(preview.providers.acme.calls('/token')).toHaveLength(1)
})

test('RL-03 the stable deployment’s own client never comes near the relay', async ({
  relayed,
  visitors,
}) => {
  const { stable } = relayed
  const alice = visitor({ name: 'alice', appUrl: stable.appUrl })
  visitors.push(alice)
  await alice.login('alice')
  const { authorizationUrl, state } = await start(alice)
  const own = `${stable.appUrl}/api/integrations/acme/callback`
  expect(authorizationUrl.searchParams.get('redirect_uri')).toBe(own)
  expect(state).toMatch(/^[\w-]{43}$/)
  const toRelay = new URL(authorizationUrl)
  toRelay.searchParams.set('redirect_uri', own.replace('/callback', '/relay'))
  expect((await send(toRelay, {})).status).toBe(400)
  expectOk(await visitCallback(alice, await approve(authorizationUrl)))
})

test('RL-03 the relay’s keys open nothing of the stable deployment', async ({ alice, relayed }) => {
  const { stable, preview } = relayed
  const { search } = await answerFor(alice, preview.appUrl)
  const callback = `${stable.appUrl}/api/integrations/acme/callback${search}`
  const answer = await visitCallback(alice, callback)
  expect(answer.location?.href).toContain('status=error&error=invalid_state')
  const cookies = alice.jar.all().filter(({ name }) => name.includes('oauth_tx_'))
  expect(cookies.length).toBeGreaterThan(0)
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
  const again = await alice.get(callback, { cookie })
  expect(again.location?.href).toContain('status=error&error=invalid_state')
  expect(stable.providers.acme.log()).toEqual([])
})

test('RL-03 a code of the stable deployment’s client is not redeemed by a preview', async ({
  alice,
  relayed,
  visitors,
}) => {
  const { stable, preview } = relayed
  const victim = visitor({ name: 'victim', appUrl: stable.appUrl })
  visitors.push(victim)
  await victim.login('bob')
  const stolen = await approve((await start(victim)).authorizationUrl)
  const authorizationUrl = await beginAt(alice, preview.appUrl)
  const state = authorizationUrl.searchParams.get('state') ?? ''
  const injected = new URL(`${stable.appUrl}/api/integrations/acme/relay`)
  for (const [name, value] of stolen.searchParams) injected.searchParams.set(name, value)
  injected.searchParams.set('state', state)
  expectError((await throughRelay(alice, injected)).callback, 'issuer_mismatch')
  for (const { providers, rows } of [stable, preview]) {
    expect(providers.acme.calls('/token')).toEqual([])
    expect(await rows.all('grants')).toEqual([])
  }
})

test('a response stays with its provider on its way through the relay', async ({
  alice,
  relayed,
}) => {
  const { preview } = relayed
  const answer = await answerFor(alice, preview.appUrl)
  answer.pathname = answer.pathname.replace('/acme/', '/plain/')
  expectError((await throughRelay(alice, answer)).callback, 'provider_mismatch')
  for (const { log } of [preview.providers.acme, preview.providers.plain])
    expect(log().filter(({ path }) => path === '/token')).toEqual([])
})

test('a provider that only the preview offers comes through too, and one without a name does not', async ({
  stranger,
  relayed,
}) => {
  const { stable, preview, relayKeys } = relayed
  const { host } = new URL(preview.appUrl)
  const query = new URLSearchParams({
    code: 'C',
    state: await sealState({ host }, { keys: relayKeys }),
  })
  const at = (id: string) =>
    visitCallback(stranger, `${stable.appUrl}/api/integrations/${id}/relay?${query}`)
  expect((await at('not-yet-offered')).location?.href).toMatch(
    `${preview.appUrl}/api/integrations/not-yet-offered/callback?`,
  )
  for (const id of ['ACME', 'a%2fb', '..%2f..', 'a'.repeat(41), '%3Fx'])
    expectError(await at(id), 'unknown_provider')
})

test('a SPA with tickets connects on a preview through the relay', async ({
  stranger,
  relayed,
}) => {
  const { stable, preview } = relayed
  const spa = await spaOf(preview, 'alice')
  const { startUrl, verifier } = await spa.ticket()
  const started = await openStart(stranger, startUrl)
  const answer = await approve(started.location ?? startUrl)
  expect(answer.origin).toBe(stable.appUrl)
  const { callback } = await throughRelay(stranger, answer)
  expect(callback.location?.search).toBe('?integration=acme&status=pending')
  const done = await spa.complete({ handle: handleOf(callback), verifier })
  expect(done.status).toBe(200)
  expect(await preview.rows.all('grants')).toHaveLength(1)
})
