import { expect, test } from 'playwright/test'
import { dieAfterAnswer } from '../die-after-answer.ts'
import { takesLease } from '../failing-database.ts'
import { dialects } from '../fleet.ts'
import { endAtProvider, fleetFor } from '../fleet-test.ts'
import { approve, start, visitCallback } from '../flow.ts'
import type { JobAnswer } from '../job.ts'
import { expectError, expectOk } from '../outcome.ts'
import { refreshes, sentTokens } from '../refreshes.ts'

const leaseMs = 3000
const env = { TOKEN_DEADLINE_MS: '1500', LEASE_MS: String(leaseMs) }

for (const dialect of dialects)
  test.describe(`four processes on ${dialect}`, () => {
    const fleet = fleetFor({ dialect, size: 4, env })
    test.describe.configure({ timeout: 90_000 })

    test('RF-03 a holder that froze past its lease changes nothing any more', async () => {
      const { acme, connect, age, vend, member, grant } = fleet()
      const id = await connect()
      await age()
      acme.ctl({ endpoint: 'token', reuse: 'grace:60s' })
      acme.ctl({ endpoint: 'token', nth: 1, during: () => member(1).freeze() })
      const late = vend(member(1))
      await expect.poll(() => refreshes(acme).length).toBe(1)
      const taken = await vend(member(2))
      expect(taken.status).toBe(200)
      const kept = await grant(id)
      member(1).thaw()
      expect(await late).toMatchObject({ status: 200, accessToken: taken.accessToken })
      expect(await grant(id)).toMatchObject({
        version: kept.version ?? 0,
        access_token: kept.access_token ?? '',
        status: 'active',
      })
      expect(refreshes(acme)).toHaveLength(2)
    })

    if (dialect === 'postgres')
      test('RF-03 an instance that hears of its lease too late sends nothing', async () => {
        const { acme, connect, age, vend, member, grant, proxy } = fleet()
        const id = await connect()
        await age()
        let taken: JobAnswer | undefined
        const act = {
          done: async () => {
            taken = await vend(member(2))
          },
        }
        proxy?.at({ statement: takesLease, act, times: 1 })
        expect(await vend(member(1))).toEqual(taken)
        expect(taken?.status).toBe(200)
        expect(refreshes(acme)).toHaveLength(1)
        expect(await grant(id)).toMatchObject({ status: 'active', version: 2 })
      })

    if (dialect === 'postgres')
      test('RF-03 a holder that was taken for dead brings back what was given up for lost', async () => {
        const { acme, connect, age, vend, member, grant, proxy } = fleet()
        const id = await connect()
        await age()
        const refused = { status: 400, body: '{"error":"invalid_grant"}' }
        acme.ctl({ endpoint: 'token', nth: 2, ...refused })
        const act = async () => {
          member(1).freeze()
          expect(await vend(member(2))).toMatchObject({ status: 409 })
          expect(await grant(id)).toMatchObject({ reason: 'lost_rotation' })
          member(1).thaw()
        }
        proxy?.at({ statement: /^update "grants" set .*"access_token" =/, act, times: 1 })
        expect((await vend(member(1))).status).toBe(200)
        expect(await grant(id)).toMatchObject({ status: 'active', reason: null, version: 2 })
        expect((await vend(member(2))).status).toBe(200)
        expect(refreshes(acme)).toHaveLength(2)
      })

    test('RF-09 an instance that is told invalid_grant looks whether another was quicker', async () => {
      const { acme, connect, age, vend, member, world, grant, events } = fleet()
      const id = await connect()
      await age()
      let quicker: JobAnswer | undefined
      const during = async () => {
        // As if the lease had run out: the other one goes on with the same token, and is first.
        await world.rows.execute('update grants set lease_until = 0')
        quicker = await vend(member(2))
      }
      const refused = { status: 400, body: '{"error":"invalid_grant"}' }
      acme.ctl({ endpoint: 'token', nth: 1, ...refused, during })
      expect(await vend(member(1))).toEqual(quicker)
      expect(quicker?.status).toBe(200)
      expect(refreshes(acme)).toHaveLength(2)
      expect(await grant(id)).toMatchObject({ status: 'active', version: 2 })
      expect(await events(id)).not.toContain('reauthorization_required')
    })

    test('RF-04 a refresh whose process died is tried once more: the provider waits for that', async () => {
      const { acme, connect, age, vend, member, grant, events } = fleet()
      const id = await connect()
      await age()
      acme.ctl({ endpoint: 'token', reuse: 'grace:60s' })
      await dieAfterAnswer(fleet(), member(1))
      expect(await grant(id)).toMatchObject({ version: 1, unanswered_sends: 1 })
      const answer = await vend(member(2))
      expect(answer.status).toBe(200)
      expect(acme.isLive(answer.accessToken ?? '')).toBe(true)
      expect(new Set(sentTokens(acme)).size).toBe(1)
      expect(refreshes(acme)).toHaveLength(2)
      expect(await grant(id)).toMatchObject({ status: 'active', unanswered_sends: 0 })
      expect(await events(id)).not.toContain('reauthorization_required')
    })

    test('RF-04 a rotated token that died with its process costs one more try, and says so', async () => {
      const { acme, connect, age, vend, member, members, grant, events } = fleet()
      const id = await connect()
      await age()
      await dieAfterAnswer(fleet(), member(1))
      for (const other of [member(2), member(3), member(2)])
        expect(await vend(other)).toMatchObject({ status: 409, code: 'reauthorization_required' })
      expect(refreshes(acme)).toHaveLength(2)
      expect(await grant(id)).toMatchObject({
        status: 'reauthorization_required',
        reason: 'lost_rotation',
      })
      const ended = (await events(id)).filter((type) => type === 'reauthorization_required')
      expect(ended).toHaveLength(1)
      // One click mends it, and the id stays.
      await member(1).restart()
      expect(await fleet().connect()).toBe(id)
      for (const one of members) expect((await vend(one)).status).toBe(200)
    })

    test('RF-04 two processes that die with one token are the last ones to send it', async () => {
      const { acme, connect, age, vend, member, grant } = fleet()
      const id = await connect()
      await age()
      acme.ctl({ endpoint: 'token', reuse: 'grace:60s' })
      for (const doomed of [member(1), member(2)]) await dieAfterAnswer(fleet(), doomed)
      expect(refreshes(acme)).toHaveLength(2)
      expect(await grant(id)).toMatchObject({ unanswered_sends: 2 })
      endAtProvider(acme)
      expect(await vend(member(3))).toMatchObject({ status: 409, code: 'reauthorization_required' })
      expect(refreshes(acme)).toHaveLength(2)
      expect(await grant(id)).toMatchObject({ reason: 'lost_rotation' })
    })

    test('RF-06 an instance that is told to stop finishes its refresh', async () => {
      const { acme, connect, age, vend, member, grant } = fleet()
      const id = await connect()
      await age()
      acme.ctl({
        endpoint: 'token',
        nth: 1,
        during: () => member(1).app.signal('SIGTERM'),
        delay_before_headers: 300,
      })
      await vend(member(1)).catch(() => undefined)
      await member(1).crashed()
      expect(member(1).app.exitCode()).toBe(0)
      expect(await grant(id)).toMatchObject({ status: 'active', version: 2, unanswered_sends: 0 })
      expect((await vend(member(2))).status).toBe(200)
      expect(refreshes(acme)).toHaveLength(1)
    })

    test('RF-20 an instance that dies in a callback leaves no half grant', async () => {
      const { acme, alice, member, world } = fleet()
      const callback = await approve((await start(alice)).authorizationUrl)
      const cookies = alice.jar.all()
      const first = member(0)
      await dieAfterAnswer(fleet(), first, () => visitCallback(alice, callback))
      expect(await world.rows.all('grants')).toEqual([])
      await first.restart()
      alice.jar.restore(cookies)
      expectError(await visitCallback(alice, callback), 'invalid_state')
      expect(acme.calls('/token')).toHaveLength(1)
      const again = await approve((await start(alice)).authorizationUrl)
      expectOk(await visitCallback(alice, again))
      expect(await world.rows.all('grants')).toMatchObject([{ status: 'active', version: 1 }])
    })
  })
