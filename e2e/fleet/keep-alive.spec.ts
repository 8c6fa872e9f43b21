import { expect, test } from 'playwright/test'
import { cron } from '../cron.ts'
import { fleetFor } from '../fleet-test.ts'
import { refreshes } from '../refreshes.ts'

const idleS = 5

const fleet = fleetFor({
  size: 2,
  env: { TOKEN_DEADLINE_MS: '1500', LEASE_MS: '3000' },
  entries: { acme: { refresh_token_idle_s: idleS }, openid: { refresh_token_idle_s: idleS } },
})
test.describe.configure({ timeout: 60_000 })

test('RF-16 a refresh token that nobody uses is renewed before it would die', async () => {
  const { acme, connect, members, vend, member, grant } = fleet()
  const id = await connect()
  const connected = acme.calls('/token')
  for (const round of [1, 2]) {
    const due = Number((await grant(id)).refresh_due_at)
    await expect.poll(() => Date.now(), { intervals: [50] }).toBeGreaterThan(due)
    await Promise.all(members.map(cron))
    expect(refreshes(acme)).toHaveLength(round)
  }
  const times = [...connected, ...refreshes(acme)].map(({ time }) => time)
  const gaps = times.slice(1).map((time, index) => time - Number(times[index]))
  expect(Math.max(...gaps)).toBeLessThan(idleS * 1000)
  expect(acme.isLive((await vend(member(1))).accessToken ?? '')).toBe(true)
})

test('RF-16 while the metadata of a provider is away, its grants lose nothing by the job', async () => {
  const { connect, member, members, waitOver, vend, world, grant } = fleet()
  const { openid } = world.providers
  const id = await connect('ann', 'openid')
  openid.ctl({ endpoint: 'metadata', status: 503 })
  // What it knew of the metadata goes with the process.
  for (const one of members) await one.restart()
  for (let round = 0; round < 4; round += 1) {
    await world.rows.execute('update grants set refresh_due_at = 1, lease_until = 0')
    await Promise.all(members.map(cron))
  }
  expect(refreshes(openid)).toEqual([])
  expect(await grant(id)).toMatchObject({ status: 'active', unanswered_sends: 0 })
  openid.reset()
  await waitOver()
  await expect
    .poll(async () => {
      await cron(member(0))
      return refreshes(openid).length
    })
    .toBe(1)
  expect((await vend(member(1), { provider: 'openid' })).status).toBe(200)
})

test('RF-26 a restart of all instances refreshes nothing that need not be', async () => {
  const { acme, connect, members, vend, world, waitOver } = fleet()
  const fresh = await connect('fresh')
  const failing = await connect('failing')
  const later = Date.now() + 600_000
  await world.rows.execute(`update grants set refresh_due_at = ${later}`)
  await world.rows.execute(
    `update grants set access_token_expires_at = 1, refresh_due_at = 1, refresh_not_before = ${later},
     refresh_error = 'temporarily_unavailable' where id = '${failing}'`,
  )
  await Promise.all(members.map((one) => one.restart()))
  await Promise.all(members.map(cron))
  for (const one of members) {
    expect((await vend(one, { grant: fresh })).status).toBe(200)
    expect(await vend(one, { grant: failing })).toMatchObject({ code: 'temporarily_unavailable' })
  }
  expect(refreshes(acme)).toEqual([])
  await waitOver()
})
