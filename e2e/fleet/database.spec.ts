import { expect, test } from 'playwright/test'
import { failCommits, goAway, mendCommits, refuseWrites, takesLease } from '../failing-database.ts'
import { dialects } from '../fleet.ts'
import { fleetFor, type TestFleet } from '../fleet-test.ts'
import { fillDisk } from '../full-disk.ts'
import { refreshes } from '../refreshes.ts'

const leaseMs = 3000
const env = { TOKEN_DEADLINE_MS: '1500', LEASE_MS: String(leaseMs) }

for (const dialect of dialects)
  test.describe(`two processes on ${dialect}`, () => {
    const fleet = fleetFor({ dialect, size: 2, env })
    test.describe.configure({ timeout: 90_000 })

    test('RF-17 while nothing can be written, nothing is refreshed and what lives is given', async () => {
      const { acme, connect, age, vend, member, grant, world } = fleet()
      const [living, ended] = [await connect('living'), await connect('ended')]
      await age()
      await world.rows.execute(
        `update grants set access_token_expires_at = ${Date.now() + 45_000} where id = '${living}'`,
      )
      const writable = await refuseWrites(fleet())
      const [given, refused] = await Promise.all([
        vend(member(0), { grant: living }),
        vend(member(1), { grant: ended }),
      ])
      await writable()
      expect(given.status).toBe(200)
      expect(refused).toMatchObject({ status: 503, code: 'storage_unavailable' })
      expect(refused.retryAfterS).toBeGreaterThan(0)
      expect(refreshes(acme)).toEqual([])
      expect(await grant(ended)).toMatchObject({ status: 'active', unanswered_sends: 0 })
      for (const id of [living, ended])
        expect((await vend(member(1), { grant: id })).status).toBe(200)
    })

    if (dialect === 'sqlite')
      test('RF-17 RF-18 on a full disk nothing is refreshed, and what was refreshed is stored when there is room', async () => {
        test.skip(process.platform !== 'linux', 'only Linux limits a process that runs')
        const { acme, connect, age, vend, member, grant } = fleet()
        const id = await connect()
        await age()
        const clear = fillDisk(member(1).app)
        expect(await vend(member(1))).toMatchObject({ status: 503, code: 'storage_unavailable' })
        clear()
        expect(refreshes(acme)).toEqual([])
        let clearAgain = () => {}
        const during = () => {
          clearAgain = fillDisk(member(1).app)
        }
        acme.ctl({ endpoint: 'token', nth: 1, during })
        const answer = vend(member(1))
        await notStored(fleet(), 2)
        clearAgain()
        expect((await answer).status).toBe(200)
        expect(refreshes(acme)).toHaveLength(1)
        expect(await grant(id)).toMatchObject({ status: 'active', version: 2 })
      })

    if (dialect === 'postgres')
      test('RF-17 without a database, nothing is refreshed and nobody is told to reconnect', async () => {
        const { acme, connect, age, vend, member, members, proxy, grant } = fleet()
        const id = await connect()
        await age()
        proxy?.down()
        for (const one of members)
          expect(await vend(one)).toMatchObject({ status: 503, code: 'storage_unavailable' })
        proxy?.mend()
        expect(refreshes(acme)).toEqual([])
        expect((await vend(member(1))).status).toBe(200)
        expect(await grant(id)).toMatchObject({ status: 'active', version: 2 })
      })

    if (dialect === 'postgres')
      test('RF-17 a lease that the database gave and could not tell of is given back, and counts for nothing', async () => {
        const { acme, connect, age, vend, member, grant, proxy } = fleet()
        const id = await connect()
        await age()
        for (let round = 0; round < 4; round += 1) {
          proxy?.at({ statement: takesLease, act: 'drop after', times: 1 })
          expect(await vend(member(1))).toMatchObject({ code: 'storage_unavailable' })
          await expect.poll(async () => (await grant(id)).lease_id).toBe(null)
          expect(await grant(id)).toMatchObject({ status: 'active', unanswered_sends: 0 })
        }
        expect(proxy?.met()).toBe(4)
        expect((await vend(member(0))).status).toBe(200)
        expect(refreshes(acme)).toHaveLength(1)
      })

    test('RF-18 a commit that fails once is made good', async () => {
      const { acme, connect, age, vend, member, grant } = fleet()
      const id = await connect()
      await age()
      await failCommits(fleet())
      const answer = vend(member(1))
      await notStored(fleet(), 1)
      await mendCommits(fleet())
      expect((await answer).status).toBe(200)
      expect(refreshes(acme)).toHaveLength(1)
      expect(await grant(id)).toMatchObject({ status: 'active', version: 2, unanswered_sends: 0 })
    })

    test('RF-18 a commit that fails for longer than a lease is made good, and no one else refreshes', async () => {
      const { acme, connect, age, vend, member, members, grant } = fleet()
      const id = await connect()
      await age()
      await failCommits(fleet())
      const until = Date.now() + leaseMs + 1000
      const answers = members.map((one) => vend(one))
      await expect.poll(() => Date.now(), { intervals: [200] }).toBeGreaterThan(until)
      await mendCommits(fleet())
      for (const { status } of await Promise.all(answers)) expect([200, 503]).toContain(status)
      await expect.poll(async () => (await vend(member(0))).status).toBe(200)
      expect(refreshes(acme)).toHaveLength(1)
      expect(await grant(id)).toMatchObject({ status: 'active', version: 2, unanswered_sends: 0 })
    })

    test('RF-18 a database that goes away between lease and commit loses nothing', async () => {
      const { acme, connect, age, vend, member, grant } = fleet()
      const id = await connect()
      await age()
      let back = Promise.resolve()
      const during = async () => {
        const mend = await goAway(fleet())
        back = expect
          .poll(() => Date.now(), { intervals: [100] })
          .toBeGreaterThan(Date.now() + 1500)
        back = back.then(mend)
      }
      acme.ctl({ endpoint: 'token', nth: 1, during })
      await vend(member(1))
      await back
      await expect.poll(async () => (await vend(member(0))).status).toBe(200)
      expect(refreshes(acme)).toHaveLength(1)
      expect(await grant(id)).toMatchObject({ status: 'active', version: 2 })
    })

    if (dialect === 'postgres')
      for (const act of ['drop', 'drop after'] as const)
        test(`RF-18 a connection that is lost at the commit (${act}) costs nothing`, async () => {
          const { acme, connect, age, vend, member, grant, proxy, events } = fleet()
          const id = await connect()
          await age()
          proxy?.at({ statement: /^commit/, after: /"access_token"/, act, times: 1 })
          expect((await vend(member(1))).status).toBe(200)
          expect(proxy?.met()).toBe(1)
          expect(refreshes(acme)).toHaveLength(1)
          expect(await grant(id)).toMatchObject({ status: 'active', version: 2 })
          expect((await events(id)).filter((type) => type === 'refreshed')).toHaveLength(1)
        })

    for (const [name, reuse, status] of [
      ['is asked once more', 'grace:60s', 200],
      ['has forgotten it, and its user is told', 'kill-family', 409],
    ] as const)
      test(`RF-18 a commit that fails until its process dies: the provider ${name}`, async () => {
        const { acme, connect, age, vend, member, grant, events } = fleet()
        const id = await connect()
        await age()
        acme.ctl({ endpoint: 'token', reuse })
        await failCommits(fleet())
        const lost = vend(member(1)).catch(() => undefined)
        await notStored(fleet(), 3)
        await member(1).crash()
        await lost
        await mendCommits(fleet())
        expect((await vend(member(0))).status).toBe(status)
        expect(refreshes(acme)).toHaveLength(2)
        const reason = status === 200 ? null : 'lost_rotation'
        expect(await grant(id)).toMatchObject({ reason })
        const ended = (await events(id)).filter((type) => type === 'reauthorization_required')
        expect(ended).toHaveLength(status === 200 ? 0 : 1)
      })
  })

/** Until the second member has tried so often to store a refresh. */
async function notStored({ member }: TestFleet, times: number): Promise<void> {
  const { length } = member(1).output()
  const tries = () => member(1).output().slice(length).split('"refresh_not_stored"').length - 1
  await expect.poll(tries, { intervals: [20] }).toBeGreaterThanOrEqual(times)
}
