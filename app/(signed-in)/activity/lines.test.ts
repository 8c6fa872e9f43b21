import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { onEachDialect } from '#db/testing/dialects'
import { addUser, useDatabase } from '#lib/testing/database'
import { stubSettings } from '#lib/testing/settings'
import type { EventLine } from './event-lines.ts'
import { linesOf } from './lines.ts'

stubSettings()

const minute = 60_000
const noon = Date.UTC(2026, 10, 22, 12)

onEachDialect('lines', (open) => {
  test('three thousand uses are a few lines, and no use is told twice or forgotten', async () => {
    const database = useDatabase(await open())
    const user = await addUser(database)
    const rows = Array.from({ length: 2 * 1500 }, (_, index) => ({
      ...{ id: randomUUID(), userId: user.id, grantId: null, provider: 'acme', times: 2 },
      ...{ type: 'used', actor: 'job', detail: `{"caller":"${index % 2 ? 'a' : 'b'}"}` },
      createdAt: noon - Math.floor(index / 2) * minute,
    }))
    for (let from = 0; from < rows.length; from += 500)
      await database.db.insert(database.tables.events).values(rows.slice(from, from + 500))
    const lines: EventLine[] = []
    const pages: number[] = []
    for (let before: string | null | undefined; before !== null; ) {
      const page = await linesOf(user, { limit: 3, ...(before && { before }) })
      lines.push(...page.lines)
      pages.push(page.lines.length)
      before = page.next
    }
    expect(pages).toEqual([2, 3, 2, 2])
    const told = { a: 0, b: 0 }
    for (const { detail, times } of lines) told[detail.caller as 'a' | 'b'] += times
    expect(told).toEqual({ a: 3000, b: 3000 })
  })
})
