import { and, eq, isNull, lt, or, sql } from 'drizzle-orm'
import { type Database, database } from '#db'
import type { Step } from '#db/atomically'
import { fillable, preparedOnce } from '#db/prepared'
import { foldedId } from '#lib/audit'
import { goOn } from '#lib/background'
import { GrantkeeperError } from '#lib/errors'
import { oncePerProcess } from '#lib/process'
import { logEvent } from '#lib/telemetry'

/** One use of a grant: by a backend job of that name, or by its user, whose SPA calls through the proxy. */
export type Use = {
  grantId: string
  userId: string
  provider: string
  caller: string
  actor: 'job' | 'user'
}

/**
 * Remembers that a grant was used. Nothing is written now: uses are gathered, a caller, grant and minute
 * in one, and stored every few seconds. A crash loses those seconds of use, and nothing else.
 */
export function noteUse({ grantId, userId, provider, caller, actor }: Use): void {
  const held = gathered()
  const minute = Math.floor(Date.now() / 60_000) * 60_000
  const key = keyOf({ grantId, minute, actor, caller })
  const before = held.uses.get(key)
  if (before) before.times += 1
  else held.uses.set(key, { grantId, userId, provider, caller, actor, minute, times: 1 })
  if (held.timer) return
  const { promise, resolve } = Promise.withResolvers<void>()
  held.timer = setTimeout(() => void storeUses().finally(resolve), storeEveryMs).unref()
  goOn(promise)
}

/** Stores what was gathered, in few transactions. What cannot be stored is kept for the next time. */
export async function storeUses(): Promise<void> {
  const held = gathered()
  clearTimeout(held.timer)
  held.timer = undefined
  // In one order everywhere: several instances that lock rows in several orders lock each other out.
  const uses = [...held.uses.entries()].toSorted(byKey).map(([, use]) => use)
  if (uses.length === 0) return
  held.uses = new Map()
  for (let at = 0; at < uses.length; at += batch) await storeBatch(uses.slice(at, at + batch))
}

async function storeBatch(uses: Gathered[]): Promise<void> {
  try {
    const opened = await database()
    const isStored = await opened.atomically(() => uses.flatMap(stepsOf(opened)))
    if (!isStored) throw new GrantkeeperError('server_error')
  } catch (cause) {
    logEvent('warn', 'uses_not_stored', { count: uses.length, cause })
    if (gathered().uses.size < mostKept) for (const use of uses) takeBack(use)
  }
}

function byKey([one]: [string, Gathered], [other]: [string, Gathered]): number {
  return one < other ? -1 : 1
}

type Gathered = Use & { minute: number; times: number }

const storeEveryMs = 2_000
const batch = 200
/** More than that are not kept in memory while the database is away. */
const mostKept = 10_000

function gathered(): { uses: Map<string, Gathered>; timer: NodeJS.Timeout | undefined } {
  return oncePerProcess('uses', () => ({ uses: new Map(), timer: undefined }))
}

function keyOf({
  grantId,
  minute,
  actor,
  caller,
}: Pick<Gathered, 'grantId' | 'minute' | 'actor' | 'caller'>) {
  return `${grantId} ${minute} ${actor} ${caller}`
}

function takeBack(use: Gathered): void {
  const { uses } = gathered()
  const key = keyOf(use)
  const since = uses.get(key)
  uses.set(key, { ...use, times: use.times + (since?.times ?? 0) })
}

function stepsOf(opened: Database) {
  const { touch, tell } = writes(opened)
  return (use: Gathered): Step[] => {
    const { userId, grantId, provider, caller, actor, minute, times } = use
    const [now, id] = [Date.now(), foldedId(`used ${keyOf(use)}`)]
    const told = { id, userId, grantId, provider, type: 'used', actor, times, createdAt: minute }
    return [
      { query: touch({ grantId, now, caller }), expect: 'any' },
      { query: tell({ ...told, detail: JSON.stringify({ caller }) }), expect: 'any' },
    ]
  }
}

/**
 * Several instances may count the same minute: they add up in one row. Of a grant whose row is gone
 * nothing is told any more; one that has ended is still there (see disconnect), and so is its use.
 */
const writes = preparedOnce(({ db, tables: { grants, events } }) => {
  const [grantId, now] = [sql.placeholder('grantId'), sql.placeholder('now')]
  const value = (name: string, column: string) => sql`${sql.placeholder(name)}`.as(column)
  // Its columns, in the order of the table.
  const event = {
    id: value('id', 'id'),
    userId: value('userId', 'user_id'),
    grantId: value('grantId', 'grant_id'),
    provider: value('provider', 'provider'),
    type: value('type', 'type'),
    actor: value('actor', 'actor'),
    detail: value('detail', 'detail'),
    times: value('times', 'times'),
    createdAt: value('createdAt', 'created_at'),
  }
  const isOlder = or(isNull(grants.lastUsedAt), lt(grants.lastUsedAt, now))
  return {
    touch: fillable<{ grantId: string; now: number; caller: string }>(
      db
        .update(grants)
        .set({ lastUsedAt: sql`${now}`, lastUsedBy: sql`${sql.placeholder('caller')}` })
        .where(and(eq(grants.id, grantId), isOlder)),
    ),
    tell: fillable<Record<keyof typeof event, string | number>>(
      db
        .insert(events)
        .select(db.select(event).from(grants).where(eq(grants.id, grantId)))
        .onConflictDoUpdate({
          target: events.id,
          set: { times: sql`${events.times} + ${sql.placeholder('times')}` },
        }),
    ),
  }
})
