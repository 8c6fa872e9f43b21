import { apiKey } from '../api-key.ts'
import type { Visitor } from '../browser-client.ts'
import { disconnect } from '../disconnect.ts'
import { expect, test } from '../fixtures.ts'
import { approve, connect, requestStart, visitCallback } from '../flow.ts'
import { expectOk } from '../outcome.ts'
import { inOwnWorld } from '../own-world.ts'
import { type Scripted, startScripted } from '../stand-in/scripted.ts'
import { scriptedEntry } from '../stand-in/scripted-entry.ts'
import { clientEnv, providersFile } from '../stand-in/start.ts'
import { bearer, vend } from '../token-request.ts'
import type { World } from '../world.ts'
import { scriptedEntries } from '../world-providers.ts'

test('RV-05 a reconnect revokes the refresh token that it replaced', async ({
  alice,
  world,
  grants,
}) => {
  const { acme } = world.providers
  expectOk(await connect(alice))
  const [before] = await grants('alice')
  const old = newestRefreshToken(acme)
  expectOk(await connect(alice))
  const [after] = await grants('alice')
  expect(after?.id).toBe(before?.id)
  expect(Number(after?.version)).toBe(Number(before?.version) + 1)
  await expect.poll(() => acme.isLive(old)).toBe(false)
  expect(acme.isLive(newestRefreshToken(acme))).toBe(true)
  expect(revokedAt(acme)).toEqual([old])
  await expect.poll(() => world.rows.all('pending_revocations')).toEqual([])
  expect(await grants('alice')).toHaveLength(1)
})

test('WD-04 a second consent that brings no refresh token keeps the first one alive', async ({
  alice,
  world,
  grants,
}) => {
  const { acme } = world.providers
  expectOk(await connect(alice))
  const stored = newestRefreshToken(acme)
  acme.ctl({ endpoint: 'token', nth: 1, omit: ['refresh_token'] })
  expectOk(await connect(alice))
  expect(revokedAt(acme)).toEqual([])
  expect(acme.isLive(stored)).toBe(true)
  await world.rows.execute(`update grants set access_token_expires_at = ${Date.now() - 1}`)
  const authorization = bearer(await apiKey(world))
  await vend(world, { authorization, body: { user: 'auth0|alice' } })
  const sent = new URLSearchParams(acme.calls('/token').at(-1)?.body)
  expect(sent.get('refresh_token')).toBe(stored)
  expect(await grants('alice')).toMatchObject([{ status: 'active', version: 3 }])
  expect(await world.rows.all('pending_revocations')).toEqual([])
})

test('RV-05 a token that was given again is not revoked', async ({ alice, bob, world }) => {
  const { plain, acme } = world.providers
  const merge = { refresh_token: 'RT_cnry_acme_always_the_same' }
  acme.ctl({ endpoint: 'token', merge })
  for (const _ of [1, 2]) expectOk(await connect(alice))
  expectOk(await connect(bob, 'plain'))
  await expect.poll(() => world.rows.all('pending_revocations')).toEqual([])
  expect(revokedAt(acme)).toEqual([])
  expect(plain.calls('/revoke')).toEqual([])
})

test('RV-05 where one revocation ends all of the account, a reconnect revokes nothing', async () => {
  const mean = await startScripted({ id: 'mean', redirectUris: [], lax: true, revoke: 'grant' })
  await inOwnWorld({}, async ({ world, visit }) => {
    await offer(world, mean)
    const [alice, bob] = [await visit('alice'), await visit('bob')]
    for (const _ of [1, 2]) expectOk(await connectAt(mean, alice))
    expectOk(await connect(bob, 'plain'))
    expect(await world.rows.all('pending_revocations')).toEqual([])
    expect(revokedAt(mean)).toEqual([])
    expect(mean.isLive(newestRefreshToken(mean))).toBe(true)
    // Nor does a disconnect, while somebody else's grant shares the account.
    expectOk(await connectAt(mean, bob))
    expect((await disconnect(alice, 'mean')).outcome).toBe('unsupported')
    const his = newestRefreshToken(mean)
    expect(mean.isLive(his)).toBe(true)
    expect((await disconnect(bob, 'mean')).outcome).toBe('revoked')
    expect(mean.isLive(his)).toBe(false)
  })
})

/** Offers one more provider, whose `revokes` is `grant`. */
async function offer(world: World, mean: Scripted): Promise<void> {
  const entries = [...scriptedEntries(world.providers), scriptedEntry(mean, { revokes: 'grant' })]
  Object.assign(world.providers, { mean })
  const { path } = await providersFile(entries)
  await world.restart({ PROVIDERS_FILE: path, ...clientEnv('mean', mean.client) })
}

async function connectAt({ id }: Scripted, one: Visitor) {
  const { location } = await requestStart({ visitor: one, provider: id })
  if (!location) throw new Error('start led nowhere')
  return visitCallback(one, await approve(location))
}

function revokedAt(provider: Scripted): (string | null)[] {
  return provider.calls('/revoke').map(({ body }) => new URLSearchParams(body).get('token'))
}

function newestRefreshToken({ families }: Scripted): string {
  const [token] = families.at(-1)?.refreshTokens.keys() ?? []
  if (!token) throw new Error('no refresh token was issued')
  return token
}
