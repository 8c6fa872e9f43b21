import { createHash } from 'node:crypto'
import { expectBurned, withParameters } from '../burned.ts'
import { expect, test } from '../fixtures.ts'
import { approve, start, visitCallback } from '../flow.ts'
import { expectError } from '../outcome.ts'

for (const target of ['acme', 'plain'] as const)
  test(`MX-01 a state made for evil is refused on the path of ${target}, and burned`, async ({
    alice,
    mallory,
    tokenCalls,
    grants,
  }) => {
    const { authorizationUrl, state } = await start(alice, 'evil', '/activity')
    const callback = await approve(authorizationUrl)
    const ofMallory = await approve((await start(mallory, target)).authorizationUrl, 'mallory')
    const cookies = alice.jar.all()
    const injected = withParameters(ofMallory, { state })
    expectError(await visitCallback(alice, injected), 'provider_mismatch', '/activity')
    await expectBurned(alice, { cookies, callback, returnTo: '/activity' })
    expect([tokenCalls(target), tokenCalls('evil')]).toEqual([0, 0])
    for (const provider of [target, 'evil'])
      expect(await grants('alice', provider, { ended: true })).toEqual([])
  })

test('MX-02 a code of acme in a flow that evil began is sent to nobody', async ({
  alice,
  world,
  tokenCalls,
  grants,
}) => {
  const { acme, evil } = world.providers
  const { authorizationUrl } = await start(alice, 'evil')
  evil.ctl({ endpoint: 'authorize', redirect_to: askedAtAcme(authorizationUrl, acme) })
  const atAcme = await approve(authorizationUrl)
  expect(atAcme.origin).toBe(acme.url)
  const callback = await approve(atAcme, 'alice')
  expect(callback.pathname).toBe('/api/integrations/acme/callback')
  expectError(await visitCallback(alice, callback), 'provider_mismatch')
  expect([tokenCalls('acme'), tokenCalls('evil')]).toEqual([0, 0])
  expect(JSON.stringify(evil.log())).not.toContain('CODE_cnry_')
  expect(await grants('alice', 'acme')).toEqual([])
})

test('MX-03 a code that acme sent to the redirect URI of evil is told by its iss', async ({
  alice,
  world,
  tokenCalls,
  grants,
}) => {
  const { acme, evil } = world.providers
  const { authorizationUrl } = await start(alice, 'evil')
  const honest = await approve(new URL(askedAtAcme(authorizationUrl, acme)), 'alice')
  // What a server sends that does not look at redirect_uri: the same answer, to evil's own path.
  const callback = new URL(`/api/integrations/evil/callback${honest.search}`, world.appUrl)
  expect(callback.searchParams.get('iss')).toBe(acme.url)
  expectError(await visitCallback(alice, callback), 'issuer_mismatch')
  expect([tokenCalls('acme'), tokenCalls('evil')]).toEqual([0, 0])
  expect(JSON.stringify(evil.log())).not.toContain('CODE_cnry_acme')
  expect(await grants('alice', 'evil')).toEqual([])
})

test('MX-12 a stolen code is worth nothing in the flow of the thief', async ({
  alice,
  mallory,
  world,
  tokenCalls,
  grants,
}) => {
  const { acme } = world.providers
  const { length } = acme.families
  const victim = await start(alice)
  const thief = await start(mallory)
  const stolen = await approve(victim.authorizationUrl, 'alice')
  const injected = withParameters(stolen, { state: thief.state })
  expectError(await visitCallback(mallory, injected), 'exchange_failed')
  expect(tokenCalls('acme')).toBe(1)
  const form = new URLSearchParams(acme.calls('/token')[0]?.body)
  expect(form.get('code')).toBe(stolen.searchParams.get('code'))
  expect(s256(form.get('code_verifier'))).toBe(challengeOf(thief.authorizationUrl))
  expect(challengeOf(thief.authorizationUrl)).not.toBe(challengeOf(victim.authorizationUrl))
  expect(acme.families).toHaveLength(length)
  expect(await grants('mallory', 'acme', { ended: true })).toEqual([])
})

/** Evil hands the victim on to acme: its state and challenge, but our client and path at acme. */
function askedAtAcme(evil: URL, acme: { url: string; client: { id: string } }): string {
  const url = new URL(`${acme.url}/authorize${evil.search}`)
  const redirectUri = evil.searchParams.get('redirect_uri') ?? ''
  url.searchParams.set('client_id', acme.client.id)
  url.searchParams.set('redirect_uri', redirectUri.replace('/evil/', '/acme/'))
  return url.href
}

function challengeOf(url: URL): string | null {
  return url.searchParams.get('code_challenge')
}

function s256(verifier: string | null): string {
  return createHash('sha256')
    .update(verifier ?? '')
    .digest('base64url')
}
