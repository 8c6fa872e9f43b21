import { expect, test } from 'playwright/test'
import { fleetFor } from '../fleet-test.ts'
import { refreshes } from '../refreshes.ts'
import { seedLiveGrants } from '../seed-tokens.ts'
import { key } from '../settings.ts'

const env = { TOKEN_DEADLINE_MS: '1500', LEASE_MS: '4000' }
const fleet = fleetFor({ size: 2, env })
test.describe.configure({ timeout: 90_000 })

test('RF-19 an instance without the right key asks nobody and changes nothing', async () => {
  const { acme, connect, age, vend, member, grant } = fleet()
  const id = await connect()
  await age()
  const before = await grant(id)
  const { VAULT_KEYS: right = '' } = member(1).env
  await member(1).restart({ VAULT_KEYS: key(1) })
  for (let round = 0; round < 3; round += 1) expect((await vend(member(1))).status).toBe(503)
  expect(refreshes(acme)).toEqual([])
  expect(await grant(id)).toEqual(before)
  expect((await vend(member(0))).status).toBe(200)
  // Also what needs no provider: the token is fresh, and cannot be opened.
  expect((await vend(member(1))).status).toBe(503)
  await member(1).restart({ VAULT_KEYS: right })
  expect((await vend(member(1))).status).toBe(200)
  expect(refreshes(acme)).toHaveLength(1)
})

test('RF-28 rows as the last release wrote them are served and refreshed', async () => {
  const { acme, vend, members, world, grant } = fleet()
  const grants = await seedLiveGrants(world, 2)
  for (const [index, one] of members.entries())
    expect((await vend(one, { grant: grants[index] ?? '' })).status).toBe(200)
  expect(refreshes(acme)).toHaveLength(2)
  for (const id of grants) expect(await grant(id)).toMatchObject({ version: 2, status: 'active' })
})

test('RF-28 an envelope of a later release is unreadable, asks nobody and stays as it is', async () => {
  const { acme, connect, age, vend, members, grant, world } = fleet()
  const id = await connect()
  for (const column of ['access_token', 'refresh_token'])
    await world.rows.execute(`update grants set ${column} = replace(${column}, 'gk1.', 'gk2.')`)
  for (const isOld of [false, true]) {
    if (isOld) await age()
    const before = await grant(id)
    for (const one of members)
      expect(await vend(one)).toMatchObject({ status: 503, code: 'credential_unreadable' })
    const { access_token, refresh_token, status, version, unanswered_sends } = before
    expect(await grant(id)).toMatchObject({
      ...{ access_token, refresh_token, status, version, unanswered_sends },
    })
  }
  expect(refreshes(acme)).toEqual([])
})

// The last one: the new key stays.
test('RF-28 an instance of the last release, which lacks the new key, answers 503 and deletes nothing', async () => {
  const { acme, connect, age, vend, member, grant } = fleet()
  const id = await connect()
  await age()
  const old = member(0).env.VAULT_KEYS ?? ''
  await member(1).restart({ VAULT_KEYS: `${old},${key(2)}` })
  const renewed = await vend(member(1))
  expect(renewed.status).toBe(200)
  const sealed = await grant(id)
  expect(sealed.refresh_token).toMatch(/^gk1\.2\./)
  for (let round = 0; round < 2; round += 1) expect((await vend(member(0))).status).toBe(503)
  expect(await grant(id)).toMatchObject({
    status: 'active',
    access_token: sealed.access_token ?? '',
    refresh_token: sealed.refresh_token ?? '',
    version: sealed.version ?? 0,
  })
  expect(refreshes(acme)).toHaveLength(1)
  await member(0).restart({ VAULT_KEYS: member(1).env.VAULT_KEYS ?? '' })
  expect((await vend(member(0))).accessToken).toBe(renewed.accessToken)
})
