import { expect, test } from 'playwright/test'
import { disconnect } from '../disconnect.ts'
import { endAtProvider, fleetFor, heldToken } from '../fleet-test.ts'
import { refreshes, sentTokens } from '../refreshes.ts'
import type { Rule } from '../stand-in/scripted/rules.ts'

const env = { TOKEN_DEADLINE_MS: '1500', LEASE_MS: '3000' }
const fleet = fleetFor({ size: 2, env })

for (const [name, rule] of Object.entries<Partial<Rule>>({
  'no refresh token': { omit: ['refresh_token'] },
  'an empty one': { merge: { refresh_token: '' } },
  null: { merge: { refresh_token: null } },
}))
  test(`RF-11 a refresh that brings ${name} keeps the old one`, async () => {
    const { acme, connect, age, vend, member, grant, world } = fleet()
    const id = await connect()
    const before = heldToken(world.env.VAULT_KEYS, await grant(id))
    acme.ctl({ endpoint: 'token', rotate: false, ...rule })
    for (const index of [0, 1]) {
      await age()
      expect((await vend(member(index))).status).toBe(200)
    }
    expect(sentTokens(acme)).toEqual([before, before])
    expect(heldToken(world.env.VAULT_KEYS, await grant(id))).toBe(before)
  })

test('RF-12 a scope that shrinks at a refresh is noticed and told', async () => {
  const { acme, connect, age, vend, member, grant, events } = fleet()
  const id = await connect()
  await age()
  acme.ctl({ endpoint: 'token', merge: { scope: 'profile' } })
  const answer = await vend(member(0))
  expect(answer.body).toMatchObject({ scope: 'profile', missing_scope: 'files.read' })
  expect(await vend(member(1), { scope: 'files.read' })).toMatchObject({
    code: 'insufficient_scope',
  })
  expect(await grant(id)).toMatchObject({ scope: 'profile' })
  expect(await events(id)).toContain('scope_changed')
})

test('RF-14 a token of unknown life is not refreshed at each call', async () => {
  const { acme, connect, vend, member } = fleet()
  acme.ctl({ endpoint: 'token', omit: ['expires_in'] })
  await connect()
  for (let round = 0; round < 20; round += 1) {
    const answer = await vend(member(round % 2))
    expect(answer.status).toBe(200)
    expect(answer.expiresIn).toBeUndefined()
  }
  expect(refreshes(acme)).toEqual([])
})

test('RF-23 a refusal right after a good refresh is told as a possible theft', async () => {
  const { acme, connect, age, vend, member, grant, events, world } = fleet()
  const id = await connect()
  await age()
  expect((await vend(member(0))).status).toBe(200)
  endAtProvider(acme)
  await world.rows.execute(`update grants set access_token_expires_at = ${Date.now() - 1000}`)
  expect(await vend(member(1))).toMatchObject({ status: 409 })
  expect(refreshes(acme)).toHaveLength(2)
  expect(await grant(id)).toMatchObject({ reason: 'possible_reuse' })
  expect(await events(id)).toContain('security')
})

test('RF-24 a token that one instance has renewed is what the others give', async () => {
  const { acme, connect, age, vend, member } = fleet()
  await connect()
  const old = await vend(member(1))
  await age()
  const renewed = await vend(member(0))
  expect(renewed.accessToken).not.toBe(old.accessToken)
  expect((await vend(member(1))).accessToken).toBe(renewed.accessToken)
  expect(refreshes(acme)).toHaveLength(1)
})

test('RV-07 a grant that was revoked at the provider ends once, and is asked for no more', async () => {
  const { acme, connect, age, vend, member, grant, events } = fleet()
  const id = await connect()
  await age()
  endAtProvider(acme)
  for (const index of [0, 1, 0, 1, 0])
    expect(await vend(member(index))).toMatchObject({
      status: 409,
      code: 'reauthorization_required',
    })
  expect(refreshes(acme)).toHaveLength(1)
  expect(await grant(id)).toMatchObject({ reason: 'invalid_grant' })
  const told = (await events(id)).filter((type) => type === 'reauthorization_required')
  expect(told).toHaveLength(1)
})

test('RV-08 a disconnect at one instance is known to all at once', async () => {
  const { alice, connect, vend, members } = fleet()
  await connect()
  for (const one of members) expect((await vend(one)).status).toBe(200)
  expect((await disconnect(alice)).outcome).toBe('revoked')
  for (const one of members)
    expect(await vend(one)).toMatchObject({ status: 404, code: 'not_connected' })
})
