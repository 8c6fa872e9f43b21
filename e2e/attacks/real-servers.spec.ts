import { generateKeyPairSync } from 'node:crypto'
import { decodeJwt } from 'jose'
import { disconnect } from '../disconnect.ts'
import { expect, test } from '../fixtures.ts'
import { approve, connect, requestStart, start, visitCallback } from '../flow.ts'
import { expectError, expectOk } from '../outcome.ts'
import { reconfigure } from '../reconfigure.ts'
import { headerOf } from '../stand-in/request-log.ts'

test('RS-02 an id and a secret with hyphens and underscores go into Basic as they are', async ({
  alice,
  world,
}) => {
  const { par } = world.providers
  expect(par.client.id + par.client.secret).toMatch(/-.*_/)
  expectOk(await connect(alice, 'par'))
  const pair = Buffer.from(`${par.client.id}:${par.client.secret}`).toString('base64')
  for (const path of ['/par', '/token'])
    expect(par.calls(path).map((call) => headerOf(call, 'authorization'))).toEqual([
      `Basic ${pair}`,
    ])
})

test('RS-03 the provider is told which kind of token is to be revoked', async ({
  alice,
  world,
}) => {
  expectOk(await connect(alice))
  expect((await disconnect(alice)).outcome).toBe('revoked')
  const hints = world.providers.acme
    .calls('/revoke')
    .map(({ body }) => new URLSearchParams(body).get('token_type_hint'))
  expect(hints).toEqual(['refresh_token'])
})

test('RS-06 an entry names the token endpoint as the audience of assertions', async ({
  alice,
  world,
}) => {
  const { acme } = world.providers
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const ACME_CLIENT_SECRET = JSON.stringify(privateKey.export({ format: 'jwk' }))
  const restore = await reconfigure(world, {
    entries: {
      acme: { token_endpoint_auth_method: 'private_key_jwt', assertion: { aud: 'token_endpoint' } },
    },
    settings: { ACME_CLIENT_SECRET },
  })
  try {
    const { authorizationUrl } = await start(alice)
    const callback = await approve(authorizationUrl)
    // The stand-in knows no assertion: what counts is what it was sent.
    expectError(await visitCallback(alice, callback), 'provider_misconfigured')
    const [call] = acme.calls('/token')
    const { aud } = decodeJwt(new URLSearchParams(call?.body).get('client_assertion') ?? '')
    expect(aud).toBe(`${acme.url}/token`)
  } finally {
    await restore()
  }
})

test('RS-07 metadata is found behind a refusal, and behind a redirect on its own origin', async ({
  alice,
  world,
}) => {
  const { openid } = world.providers
  const first = '/.well-known/openid-configuration'
  const second = '/.well-known/oauth-authorization-server'
  for (const rule of [
    { status: 401, body: 'no' },
    { status: 301, redirect_to: second },
  ]) {
    openid.reset()
    // Metadata is kept for an hour: a new process has none.
    await world.restart()
    openid.ctl({ endpoint: 'metadata', nth: 1, ...rule })
    expectOk(await connect(alice, 'openid'))
    expect([openid.calls(first).length, openid.calls(second).length]).toEqual([1, 1])
  }
  await world.restart()
  openid.ctl({ endpoint: 'metadata', redirect_to: `${world.attacker.url}${second}` })
  expectError(await requestStart({ visitor: alice, provider: 'openid' }), 'provider_misconfigured')
  expect(world.attacker.log).toEqual([])
})
