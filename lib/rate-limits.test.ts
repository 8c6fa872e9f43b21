import { randomUUID } from 'node:crypto'
import { beforeEach, expect, test } from 'vitest'
import type { Database } from '#db'
import { countForAll } from '#db/counters'
import { onEachDialect } from '#db/testing/dialects'
import { assertWithin, countCall, forgetCounts, type Policy, policies } from './rate-limits.ts'
import { useDatabase } from './testing/database.ts'

const policy: Policy = { name: 'test', calls: 3, windowS: 60, counted: 'together' }

onEachDialect('rate limits', (open, dialect) => {
  let database: Database
  beforeEach(async () => {
    database = useDatabase(await open())
  })

  test('calls are counted down, and the one too many is refused until the window ends', async () => {
    const who = randomUUID()
    for (const left of [2, 1, 0]) {
      const quota = await countCall(policy, who)
      expect(quota).toMatchObject({ left, isOver: false })
      assertWithin(quota)
    }
    const quota = await countCall(policy, who)
    expect(quota).toMatchObject({ left: 0, isOver: true })
    expect(quota.resetS).toBeGreaterThan(55)
    expect(quota.resetS).toBeLessThanOrEqual(60)
    expect(() => assertWithin(quota)).toThrow(
      expect.objectContaining({ code: 'rate_limited', retryAfterS: quota.resetS }),
    )
  })

  test('nobody is held up by what another does, nor by what they do elsewhere', async () => {
    const who = randomUUID()
    for (let n = 0; n < 4; n += 1) await countCall(policy, who)
    expect(await countCall(policy, randomUUID())).toMatchObject({ left: 2 })
    expect(await countCall({ ...policy, name: 'other' }, who)).toMatchObject({ left: 2 })
  })

  test('a window begins anew when it is over', async () => {
    const brief = { ...policy, name: 'brief', windowS: 1 }
    const who = randomUUID()
    for (let n = 0; n < 4; n += 1) await countCall(brief, who)
    await expect
      .poll(async () => (await countCall(brief, who)).isOver, { timeout: 5_000 })
      .toBe(false)
  })

  test('what is counted apart writes nothing', async () => {
    await countCall({ ...policy, counted: 'apart' }, randomUUID())
    await countCall(policies.token, 'key:import')
    await countCall(policies.start, randomUUID())
    expect((await keys()).filter((key) => /^(token|start)/.test(key))).toEqual([])
  })

  if (dialect === 'postgres') {
    test('instances that share a database share a limit', async () => {
      const who = randomUUID()
      await countCall(policy, who)
      useDatabase(await open())
      expect(await countCall(policy, who)).toMatchObject({ left: 1 })
    })

    test('who is over does not reach the database', async () => {
      const who = randomUUID()
      for (let n = 0; n < 20; n += 1) await countCall(policy, who)
      const rows = await database.db.select().from(database.tables.rateLimits)
      expect(rows.find(({ key }) => key === `test:${who}`)?.points).toBe(3)
    })

    test('while the database is away each instance counts for itself', async () => {
      const lost = async () => Promise.reject(new Error('connection lost'))
      useDatabase({ ...database, counter: countForAll({ query: lost }) })
      const who = randomUUID()
      for (const left of [2, 1, 0]) expect(await countCall(policy, who)).toMatchObject({ left })
      expect((await countCall(policy, who)).isOver).toBe(true)
    })

    test('windows that are over are forgotten', async () => {
      await countCall(policy, 'old')
      await forgetCounts(Date.now() + 61_000)
      expect(await keys()).toEqual([])
    })
  }

  async function keys(): Promise<string[]> {
    const rows = await database.db.select().from(database.tables.rateLimits)
    return rows.map(({ key }) => key)
  }
})
