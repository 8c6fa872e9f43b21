import { expect, test } from 'playwright/test'
import { cron } from '../cron.ts'
import { dialects } from '../fleet.ts'
import { fleetFor } from '../fleet-test.ts'
import type { JobAnswer } from '../job.ts'
import { refreshes } from '../refreshes.ts'
import { seedLiveGrants } from '../seed-tokens.ts'

// The provider is in this process, which is busy: its answer must not count as lost.
const env = { TOKEN_DEADLINE_MS: '30000', LEASE_MS: '60000' }

for (const dialect of dialects)
  test.describe(`four processes on ${dialect}`, () => {
    const fleet = fleetFor({ dialect, size: 4, env, isDirect: true })

    test('RF-02 of 1,000 callers at four instances, one refreshes and all get its token', async () => {
      test.setTimeout(120_000)
      const { acme, connect, age, vend, members, grant } = fleet()
      const id = await connect()
      await age()
      const callers = members.flatMap((member) => Array.from({ length: 250 }, () => vend(member)))
      const token = expectOneToken(await Promise.all(callers))
      expect(refreshes(acme)).toHaveLength(1)
      expect(acme.isLive(token)).toBe(true)
      expect(await grant(id)).toMatchObject({ status: 'active', version: 2 })
    })

    test('RF-01 of 50 callers at one instance, one refreshes and all get its token', async () => {
      const { acme, connect, age, vend, member } = fleet()
      await connect()
      await age()
      const callers = Array.from({ length: 50 }, () => vend(member(0)))
      const token = expectOneToken(await Promise.all(callers))
      expect(refreshes(acme)).toHaveLength(1)
      expect(acme.isLive(token)).toBe(true)
    })

    test('RF-02 while one instance refreshes slowly, the others wait for what it gets', async () => {
      const { acme, connect, age, vend, members, events } = fleet()
      const id = await connect()
      for (const round of [1, 2, 3]) {
        await age()
        acme.ctl({ endpoint: 'token', delay_before_headers: 700 })
        expectOneToken(await Promise.all(members.map((member) => vend(member))))
        expect(refreshes(acme)).toHaveLength(round)
      }
      expect(acme.load().peak).toBe(1)
      expect((await events(id)).filter((type) => type === 'refreshed')).toHaveLength(3)
    })

    test('RF-15 when many tokens end at once, the provider is not overrun', async () => {
      test.setTimeout(120_000)
      const { acme, world, vend, member } = fleet()
      const grants = await seedLiveGrants(world, 200)
      acme.ctl({ endpoint: 'token', delay_before_headers: 100 })
      const answers = await Promise.all(
        grants.map((grant, index) => vend(member(index % 4), { grant })),
      )
      expect(answers.map(({ status }) => status)).toEqual(grants.map(() => 200))
      expect(refreshes(acme)).toHaveLength(200)
      expect(acme.load().peak).toBeLessThanOrEqual(4 * refreshesEach)
    })

    test('RF-25 what is due is refreshed once, however many instances run the job', async () => {
      const { acme, world, members } = fleet()
      const grants = await seedLiveGrants(world, 30, { refresh_due_at: Date.now() - 1000 })
      for (const _ of [1, 2])
        await Promise.all(members.map(async (one) => expect((await cron(one)).status).toBe(200)))
      await expect.poll(() => refreshes(acme).length).toBe(grants.length)
      const rows = await world.rows.all('grants')
      expect(rows.map(({ version }) => version)).toEqual(grants.map(() => 2))
      const types = (await world.rows.all('events')).map(({ type }) => type)
      expect(types.filter((type) => type === 'refreshed')).toHaveLength(grants.length)
    })

    test('RF-25 the job and callers who want the same tokens at once do not get in each other’s way', async () => {
      const { acme, member, vend, world } = fleet()
      const grants = await seedLiveGrants(world, 60, { refresh_due_at: Date.now() - 1000 })
      acme.ctl({ endpoint: 'token', delay_before_headers: 50 })
      const [, ...answers] = await Promise.all([
        cron(member(0)),
        ...grants.map((grant) => vend(member(0), { grant })),
      ])
      expect(answers.map(({ status }) => status)).toEqual(grants.map(() => 200))
      expect(refreshes(acme)).toHaveLength(grants.length)
      const rows = await world.rows.all('grants')
      expect(rows.map(({ version }) => version)).toEqual(grants.map(() => 2))
    })
  })

/** Of one provider at once, in one instance (lib/integrations/refresh.ts). */
const refreshesEach = 16

function expectOneToken(answers: readonly JobAnswer[]): string {
  const failed = answers.filter(({ status }) => status !== 200)
  expect(failed, `${failed.length} of ${answers.length} failed`).toEqual([])
  const tokens = [...new Set(answers.map(({ accessToken }) => accessToken))]
  expect(tokens).toHaveLength(1)
  return tokens[0] ?? ''
}
