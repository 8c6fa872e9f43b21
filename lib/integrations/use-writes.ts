import { and, eq, isNull, lt, or, sql } from 'drizzle-orm'
import type { Database } from '#db'
import type { Step } from '#db/atomically'
import { fillable, preparedOnce } from '#db/prepared'
import { foldedId } from '#lib/audit'

/** So many uses of a grant by one caller within a minute, which is named by its begin, in milliseconds. */
export type Uses = {
  grantId: string
  userId: string
  provider: string
  caller: string
  actor: 'job' | 'user'
  minute: number
  times: number
}

/**
 * The steps that store many uses: two queries, however many there are. Several instances may count the
 * same minute, and add up in one row. Of a grant whose row is gone nothing is told any more; one that has
 * ended is still there (see disconnect), and so is its use.
 * @param uses oldest first
 */
export function storing(opened: Database, uses: readonly Uses[]): Step[] {
  const { touch, tell } = writes(opened)
  const rows = new Map<string, Row>()
  // A grant is touched once: by whoever used it last.
  const touching = new Map<string, Row>()
  for (const row of uses.map(toRow)) {
    // Callers that are told apart by nothing that can be stored are one.
    rows.set(row.id, { ...row, times: row.times + (rows.get(row.id)?.times ?? 0) })
    touching.set(row.grantId, row)
  }
  const list = (of: Map<string, Row>) => JSON.stringify([...of.values()])
  return [
    { query: touch({ now: Date.now(), uses: list(touching) }), expect: 'any' },
    { query: tell({ uses: list(rows) }), expect: 'any' },
  ]
}

/** What tells uses that are one row from all others. */
export function keyOf(use: Pick<Uses, 'grantId' | 'minute' | 'actor' | 'caller'>): string {
  return `${use.grantId} ${use.minute} ${use.actor} ${use.caller}`
}

type Row = ReturnType<typeof toRow>

/** Named as the columns are; one name that Postgres takes for no text must not keep all others out. */
function toRow({ minute, ...use }: Uses) {
  const caller = use.caller.toWellFormed().replaceAll('\0', '')
  const id = foldedId(`used ${keyOf({ ...use, caller, minute })}`)
  return { ...use, id, caller, detail: JSON.stringify({ caller }), createdAt: minute }
}

/** Rows are locked and written in one order: instances that do so in several lock each other out. */
const writes = preparedOnce(({ db, tables: { grants, events }, elements, forUpdate }) => {
  const now = sql.placeholder('now')
  const uses = elements(sql.placeholder('uses'))
  const text = (name: keyof Row) => sql`value ->> ${sql.raw(`'${name}'`)}`
  const number = (name: 'times' | 'createdAt') => sql`cast(${text(name)} as bigint)`
  const isOfIt = eq(grants.id, text('grantId'))
  const touched = sql`(
    select ${grants.id} as id, ${text('caller')} as caller from ${grants} join ${uses} on ${isOfIt}
    order by ${grants.id} ${forUpdate}
  ) as touched`
  // Its columns, in the order of the table.
  const event = {
    id: text('id').as('id'),
    userId: text('userId').as('user_id'),
    grantId: grants.id,
    provider: text('provider').as('provider'),
    type: sql`'used'`.as('type'),
    actor: text('actor').as('actor'),
    detail: text('detail').as('detail'),
    times: number('times').as('times'),
    createdAt: number('createdAt').as('created_at'),
  }
  const isOlder = or(isNull(grants.lastUsedAt), lt(grants.lastUsedAt, now))
  return {
    touch: fillable<{ now: number; uses: string }>(
      db
        .update(grants)
        .set({ lastUsedAt: sql`${now}`, lastUsedBy: sql`touched.caller` })
        .from(touched)
        .where(and(eq(grants.id, sql`touched.id`), isOlder)),
    ),
    tell: fillable<{ uses: string }>(
      db
        .insert(events)
        .select(db.select(event).from(grants).innerJoin(uses, isOfIt).orderBy(text('id')))
        .onConflictDoUpdate({
          target: events.id,
          set: { times: sql`${events.times} + excluded.times` },
        }),
    ),
  }
})
