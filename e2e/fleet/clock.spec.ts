import { expect, test } from 'playwright/test'
import { clockEnv } from '../clock.ts'
import { fleetFor, type TestFleet } from '../fleet-test.ts'
import { refreshes } from '../refreshes.ts'

const minute = 60_000

/** One instance is right, one fast, one slow and about to be set back by an hour. */
const clocks = [
  {},
  clockEnv({ offsetMs: 10 * minute }),
  clockEnv({ offsetMs: -10 * minute, stepMs: -60 * minute }),
]

const fleet = fleetFor({
  size: clocks.length,
  env: { TOKEN_DEADLINE_MS: '2000', LEASE_MS: '4000' },
  envOf: (member) => clocks[member] ?? {},
})

test('RF-13 instances whose clocks differ agree how long a token lives, and refresh it once', async () => {
  const { acme, connect, age, members, vend } = fleet()
  acme.ctl({ endpoint: 'token', merge: { expires_in: 300 } })
  await connect()
  await expectFiveMinutes(fleet())
  expect(refreshes(acme)).toEqual([])
  for (const [round, one] of members.entries()) {
    await age()
    expect((await vend(one)).status).toBe(200)
    await expectFiveMinutes(fleet())
    expect(refreshes(acme)).toHaveLength(round + 1)
  }
})

test('RF-13 leases of instances whose clocks differ exclude each other', async () => {
  const { acme, connect, age, members, vend } = fleet()
  await connect()
  await age()
  acme.ctl({ endpoint: 'token', delay_before_headers: 300 })
  const answers = await Promise.all(members.map((one) => vend(one)))
  expect(new Set(answers.map(({ accessToken }) => accessToken)).size).toBe(1)
  expect(refreshes(acme)).toHaveLength(1)
})

test('RF-13 a clock that is set back by an hour, even in the middle of a refresh, changes nothing', async () => {
  const { acme, connect, age, member, vend } = fleet()
  acme.ctl({ endpoint: 'token', merge: { expires_in: 300 } })
  await connect()
  await age()
  acme.ctl({ endpoint: 'token', nth: 1, during: () => member(2).app.signal('SIGUSR2') })
  expect((await vend(member(2))).status).toBe(200)
  await expectFiveMinutes(fleet())
  expect(refreshes(acme)).toHaveLength(1)
})

/** Whoever is asked says the same, and asks nobody. */
async function expectFiveMinutes({ members, vend }: TestFleet): Promise<void> {
  for (const one of [...members, ...members]) {
    const { status, expiresIn } = await vend(one)
    expect(status).toBe(200)
    expect(expiresIn).toBeGreaterThan(270)
    expect(expiresIn).toBeLessThanOrEqual(300)
  }
}
