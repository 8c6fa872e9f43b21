import { disconnect } from '../disconnect.ts'
import { expect, test } from '../fixtures.ts'
import { connect, requestStart } from '../flow.ts'
import { expectError, expectOk } from '../outcome.ts'
import type { World } from '../world.ts'

const statuses = [301, 302, 303, 307, 308]

/** To attacker land, and to the provider itself. */
function targets({ attacker, providers }: World, path: string): string[] {
  return [`${attacker.url}/steal`, `${providers.acme.url}${path}2`, `${path}2`]
}

test('TE-03 a redirect of the token endpoint is not followed', async ({
  alice,
  world,
  grants,
  tokenCalls,
}) => {
  const { acme } = world.providers
  for (const status of statuses)
    for (const redirect_to of targets(world, '/token')) {
      acme.reset()
      acme.ctl({ endpoint: 'token', status, redirect_to })
      expectError(await connect(alice), 'exchange_failed')
      expect(tokenCalls()).toBe(1)
      expect(acme.calls('/token2')).toEqual([])
    }
  expect(world.attacker.log).toEqual([])
  expect(await grants('alice')).toEqual([])
})

test('TE-03 a redirect of the revocation endpoint is not followed, and is no revocation', async ({
  alice,
  world,
  grants,
}) => {
  const { acme } = world.providers
  for (const status of statuses)
    for (const redirect_to of targets(world, '/revoke')) {
      acme.reset()
      expectOk(await connect(alice))
      acme.ctl({ endpoint: 'revoke', status, redirect_to })
      expect((await disconnect(alice)).outcome).toBe('failed')
      expect(acme.calls('/revoke')).toHaveLength(1)
      expect(acme.calls('/revoke2')).toEqual([])
    }
  expect(world.attacker.log).toEqual([])
  expect(await grants('alice')).toEqual([])
})

test('TE-03 a redirect of userinfo is not followed, and nothing is kept', async ({
  alice,
  world,
  grants,
}) => {
  const { acme } = world.providers
  for (const status of statuses)
    for (const redirect_to of targets(world, '/userinfo')) {
      acme.reset()
      acme.ctl({ endpoint: 'userinfo', status, redirect_to })
      expectError(await connect(alice), 'exchange_failed')
      expect(acme.calls('/userinfo2')).toEqual([])
      expect(acme.calls('/revoke'), 'what was received is revoked').toHaveLength(1)
    }
  expect(world.attacker.log).toEqual([])
  expect(await grants('alice')).toEqual([])
})

test('TE-03 a redirect of a pushed request is not followed', async ({ alice, world }) => {
  const { par } = world.providers
  for (const status of statuses)
    for (const redirect_to of targets(world, '/par')) {
      par.reset()
      par.ctl({ endpoint: 'par', status, redirect_to })
      expectError(await requestStart({ visitor: alice, provider: 'par' }), 'provider_error')
      expect(par.calls('/par')).toHaveLength(1)
    }
  expect(world.attacker.log).toEqual([])
})

test('TE-03 a redirect of the metadata to another origin is not followed', async ({
  alice,
  world,
}) => {
  const { openid } = world.providers
  // Metadata is kept for an hour: a new process has none.
  await world.restart()
  // Within its own origin it is: RS-07.
  for (const status of statuses)
    for (const redirect_to of targets(world, '/.well-known/openid-configuration').slice(0, 2)) {
      openid.reset()
      openid.ctl({ endpoint: 'metadata', status, redirect_to })
      const answer = await requestStart({ visitor: alice, provider: 'openid' })
      expectError(answer, 'provider_misconfigured')
      expect(openid.log()).toHaveLength(1)
    }
  expect(world.attacker.log).toEqual([])
  openid.reset()
  expectOk(await connect(alice, 'openid'))
})
