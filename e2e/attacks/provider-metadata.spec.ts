import { expectBurned } from '../burned.ts'
import { expect, test } from '../fixtures.ts'
import { approve, requestStart, start, visitCallback } from '../flow.ts'
import { expectError, expectOk } from '../outcome.ts'
import { reconfigure } from '../reconfigure.ts'

const endpoints = [
  'authorization_endpoint',
  'token_endpoint',
  'revocation_endpoint',
  'userinfo_endpoint',
  'pushed_authorization_request_endpoint',
]

test.beforeEach('metadata is fetched anew', ({ world }) => world.restart())

test('MX-08 metadata that names another issuer makes the provider unusable', async ({
  alice,
  world,
  tokenCalls,
}) => {
  const { openid } = world.providers
  const others = ['https://other', `${openid.url}/`, openid.url.toUpperCase(), '']
  const elsewhere = { authorization_endpoint: `${world.attacker.url}/authorize` }
  for (const issuer of others)
    for (const merge of [{ issuer }, { issuer, ...elsewhere }]) {
      openid.ctl({ endpoint: 'metadata', merge })
      const answer = await requestStart({ visitor: alice, provider: 'openid' })
      expectError(answer, 'provider_misconfigured')
    }
  expect(tokenCalls('openid')).toBe(0)
  expect(world.attacker.log).toEqual([])
  // Once the document is right again, so is the provider.
  openid.reset()
  await start(alice, 'openid')
})

test('MX-09 metadata that points to another origin is not believed', async ({ alice, world }) => {
  const { openid } = world.providers
  for (const endpoint of endpoints) {
    openid.reset()
    openid.ctl({ endpoint: 'metadata', merge: { [endpoint]: `${world.attacker.url}/authorize` } })
    const answer = await requestStart({ visitor: alice, provider: 'openid' })
    expectError(answer, 'provider_misconfigured')
  }
  expect(world.attacker.log).toEqual([])
})

test('MX-09 keys elsewhere are never fetched', async ({ alice, world }) => {
  const { openid } = world.providers
  openid.ctl({ endpoint: 'metadata', merge: { jwks_uri: `${world.attacker.url}/jwks` } })
  const { authorizationUrl } = await start(alice, 'openid')
  expectOk(await visitCallback(alice, await approve(authorizationUrl)))
  expect(world.attacker.log).toEqual([])
})

test('MX-09 endpoints that move to another origin while a flow is live end the flow', async ({
  alice,
  world,
  tokenCalls,
  grants,
}) => {
  const { openid } = world.providers
  const { authorizationUrl } = await start(alice, 'openid', '/activity')
  const callback = await approve(authorizationUrl)
  await world.restart()
  openid.ctl({ endpoint: 'metadata', merge: { token_endpoint: `${world.attacker.url}/token` } })
  const cookies = alice.jar.all()
  expectError(await visitCallback(alice, callback), 'provider_misconfigured', '/activity')
  // Not even when the metadata is right again: the attempt was refused, and so it is used.
  openid.reset()
  await expectBurned(alice, { cookies, callback, returnTo: '/activity' })
  expect(tokenCalls('openid')).toBe(0)
  expect(world.attacker.log).toEqual([])
  expect(await grants('alice', 'openid')).toEqual([])
})

test('MX-09 endpoints that move within their origin while a flow is live end the flow', async ({
  alice,
  world,
  grants,
}) => {
  const { openid } = world.providers
  const { authorizationUrl } = await start(alice, 'openid', '/activity')
  const callback = await approve(authorizationUrl)
  await world.restart()
  openid.ctl({ endpoint: 'metadata', merge: { token_endpoint: `${openid.url}/elsewhere` } })
  const cookies = alice.jar.all()
  expectError(await visitCallback(alice, callback), 'provider_mismatch', '/activity')
  await expectBurned(alice, { cookies, callback, returnTo: '/activity' })
  expect([...openid.calls('/token'), ...openid.calls('/elsewhere')]).toEqual([])
  expect(await grants('alice', 'openid')).toEqual([])
})

test('MX-09 an entry that is changed while a flow is live ends the flow', async ({
  alice,
  world,
  tokenCalls,
  grants,
}) => {
  const { authorizationUrl } = await start(alice, 'acme', '/activity')
  const callback = await approve(authorizationUrl)
  const restore = await reconfigure(world, {
    entries: { acme: { token_endpoint: `${world.attacker.url}/token` } },
  })
  try {
    const cookies = alice.jar.all()
    expectError(await visitCallback(alice, callback), 'provider_mismatch', '/activity')
    await expectBurned(alice, { cookies, callback, returnTo: '/activity' })
  } finally {
    await restore()
  }
  expect(tokenCalls('acme')).toBe(0)
  expect(world.attacker.log).toEqual([])
  expect(await grants('alice')).toEqual([])
})
