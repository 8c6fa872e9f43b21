import { expect, test } from 'playwright/test'
import { fleetFor } from '../fleet-test.ts'
import { logLines } from '../log-lines.ts'
import { refreshes, sentTokens } from '../refreshes.ts'
import { seedLiveGrants } from '../seed-tokens.ts'

const env = { TOKEN_DEADLINE_MS: '1500', LEASE_MS: '3000' }
const fleet = fleetFor({ size: 2, env })

for (const status of [500, 502, 503, 504])
  test(`RF-07 while the provider answers ${status}, what lives is given and nobody must reconnect`, async () => {
    const { acme, connect, age, waitOver, vend, member, members, grant } = fleet()
    const id = await connect()
    await age(45_000)
    acme.ctl({ endpoint: 'token', status })
    for (const one of members) expect((await vend(one)).status).toBe(200)
    await age()
    for (const one of members) {
      const refused = await vend(one)
      expect(refused).toMatchObject({ status: 503, code: 'temporarily_unavailable' })
      expect(refused.retryAfterS).toBeGreaterThan(0)
    }
    expect(await grant(id)).toMatchObject({ status: 'active', version: 1 })
    acme.reset()
    await waitOver()
    expect((await vend(member(1))).status).toBe(200)
  })

test('RF-07 a provider that is down is asked less and less, by all instances together', async () => {
  const { acme, connect, age, vend, members, events } = fleet()
  const id = await connect()
  await age()
  acme.ctl({ endpoint: 'token', status: 503 })
  const until = Date.now() + 5000
  let asked = 0
  while (Date.now() < until) {
    const answers = await Promise.all(members.map((one) => vend(one)))
    for (const { status } of answers) expect(status).toBe(503)
    asked += answers.length
  }
  expect(asked).toBeGreaterThan(20)
  expect(refreshes(acme).length).toBeGreaterThanOrEqual(2)
  expect(refreshes(acme).length).toBeLessThanOrEqual(5)
  expect((await events(id)).filter((type) => type === 'refresh_failed')).toHaveLength(1)
  acme.reset()
  const statuses = async () => (await Promise.all(members.map((one) => vend(one)))).map(statusOf)
  await expect.poll(statuses, { timeout: 20_000 }).toEqual([200, 200])
  expect(refreshes(acme)).toHaveLength(1)
})

test('RF-08 what a provider asks to wait holds for all its grants at all instances, for no other', async () => {
  const { acme, connect, age, vend, member, world } = fleet()
  const [one, other] = [await connect('one'), await connect('other')]
  await connect('ann', 'plain')
  await age()
  acme.ctl({ endpoint: 'token', nth: 1, status: 429, headers: { 'retry-after': '2' } })
  const refused = await vend(member(0), { grant: one })
  expect(refused).toMatchObject({ status: 503, code: 'temporarily_unavailable' })
  expect(refused.retryAfterS).toBeLessThanOrEqual(2)
  for (const index of [0, 1]) expect((await vend(member(index), { grant: other })).status).toBe(503)
  expect(refreshes(acme)).toHaveLength(1)
  expect((await vend(member(1), { provider: 'plain' })).status).toBe(200)
  expect(refreshes(world.providers.plain)).toHaveLength(1)
  await expect.poll(async () => (await vend(member(1), { grant: other })).status).toBe(200)
  const [first, second] = refreshes(acme)
  expect(Number(second?.time) - Number(first?.time)).toBeGreaterThanOrEqual(1990)
})

for (const [value, atLeastMs, atMostMs] of [
  [new Date(Date.now() + 120_000).toUTCString(), 30_000, 121_000],
  ['99999999', 3_590_000, 3_601_000],
  ['-1', 0, 60_000],
  ['soon', 0, 60_000],
] as const)
  test(`RF-08 Retry-After: ${/^[A-Z]/.test(value) ? 'a date' : value} is held to a sensible time`, async () => {
    const { acme, connect, age, waitOver, vend, member, grant } = fleet()
    const id = await connect()
    await age()
    acme.ctl({ endpoint: 'token', nth: 1, status: 429, headers: { 'retry-after': value } })
    const { status } = await vend(member(0))
    expect(status).toBe(503)
    const waits = Number((await grant(id)).refresh_not_before) - Date.now()
    expect(waits).toBeGreaterThan(atLeastMs - 1000)
    expect(waits).toBeLessThan(atMostMs)
    await waitOver()
    expect((await vend(member(1))).status).toBe(200)
  })

test('RF-10 a wrong client secret ends no grant and is told once; all recover when it is mended', async () => {
  const { acme, waitOver, vend, member, members, world, listen } = fleet()
  const grants = await seedLiveGrants(world, 40)
  const written = listen()
  const refused = { status: 401, body: '{"error":"invalid_client"}' }
  acme.ctl({ endpoint: 'token', ...refused, headers: { 'content-type': 'application/json' } })
  const ask = () =>
    Promise.all(grants.map((grant, index) => vend(member(index % members.length), { grant })))
  for (const answer of [...(await ask()), ...(await ask())])
    expect(answer).toMatchObject({ status: 503, code: 'provider_misconfigured' })
  const alerts = () => logLines(written(), 'provider_misconfigured')
  await expect.poll(alerts).toMatchObject([{ level: 50, provider: 'acme' }])
  const statuses = (await world.rows.all('grants')).map(({ status }) => status)
  expect(new Set(statuses)).toEqual(new Set(['active']))
  expect(refreshes(acme).length).toBeLessThanOrEqual(grants.length)
  acme.reset()
  await waitOver()
  expect((await ask()).map(statusOf)).toEqual(grants.map(() => 200))
})

test('RF-05 an answer that is lost is asked for once more, with the same token', async () => {
  const { acme, connect, age, vend, member, grant } = fleet()
  const id = await connect()
  await age()
  acme.ctl({ endpoint: 'token', reuse: 'grace:60s' })
  acme.ctl({ endpoint: 'token', nth: 1, drop_after_processing: true })
  expect((await vend(member(0))).status).toBe(200)
  expect(new Set(sentTokens(acme)).size).toBe(1)
  expect(refreshes(acme)).toHaveLength(2)
  expect(await grant(id)).toMatchObject({ status: 'active', version: 2, unanswered_sends: 0 })
})

test('RF-05 where the provider does not take it a second time, the rotated token is known to be lost', async () => {
  const { acme, connect, age, vend, members, grant } = fleet()
  const id = await connect()
  await age()
  acme.ctl({ endpoint: 'token', nth: 1, drop_after_processing: true })
  for (const one of members)
    expect(await vend(one)).toMatchObject({ status: 409, code: 'reauthorization_required' })
  expect(refreshes(acme)).toHaveLength(2)
  expect(await grant(id)).toMatchObject({ reason: 'lost_rotation' })
})

function statusOf({ status }: { status: number }): number {
  return status
}
