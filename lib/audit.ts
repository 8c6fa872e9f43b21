import { createHash, randomUUID } from 'node:crypto'
import { and, desc, eq, lt, or } from 'drizzle-orm'
import { type Database, database } from '#db'
import type { Step } from '#db/atomically'
import { fillable, placeholders, preparedOnce } from '#db/prepared'
import { providerName } from '#lib/providers/provider'
import type { User } from '#lib/session'
import { logEvent } from '#lib/telemetry'

/** What happened to a user's grants, as the user is told. Codes and scopes, never a provider's text. */
export type Event = {
  userId: string
  grantId: string | null
  /** Null for what is about the user and no grant. */
  provider: string | null
  type: EventType
  /** Who did it. `job`: a backend job, whose name is `detail.caller`. */
  actor?: 'user' | 'job' | 'system'
  detail?: Record<string, string>
}

export const eventTypes = [
  'connected',
  'reconnected',
  'disconnected',
  'paused',
  'resumed',
  'used',
  'vend_refused',
  'refreshed',
  'refresh_failed',
  'reauthorization_required',
  'security',
  'scope_changed',
  'connect_failed',
  'revoked_later',
  'revocation_given_up',
  'moved_away',
  'moved_here',
  'switched_off',
  'switched_on',
] as const

export type EventType = (typeof eventTypes)[number]

/** A row of the trail, for pages. */
export type EventView = {
  id: string
  at: Date
  type: EventType
  provider: string | null
  providerName: string | null
  account: string | null
  actor: NonNullable<Event['actor']>
  detail: Record<string, string>
  /** How often, where several are one row: uses by one caller within a minute. */
  times: number
}

type EventFilter = {
  provider?: string
  grant?: string
  before?: string | undefined
  limit?: number
}

/** The step that writes an event, for the transaction of what it tells of. */
export function eventStep(opened: Database, event: Event): Step {
  return { query: insertion(opened).fill(toRow(event)), expect: 1 }
}

/** Writes an event by itself, for what changed nothing. That it cannot be written stops nobody. */
export async function recordEvent(event: Event): Promise<void> {
  try {
    await insertion(await database()).alone.execute(toRow(event))
  } catch (cause) {
    logEvent('warn', 'event_not_recorded', { provider: event.provider ?? '', cause })
  }
}

/** An id for what is folded into one row: the same text gives the same UUID. */
export function foldedId(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return hex.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

/** A user's own trail, newest first. `next` is the `before` of the following page. */
export async function eventsOf(
  user: User,
  { provider, grant, before, limit = 50 }: EventFilter = {},
): Promise<{ events: EventView[]; next: string | null }> {
  const { db, tables } = await database()
  const { events, grants } = tables
  const from = readCursor(before)
  const rows = await db
    .select({ event: events, account: grants.accountLabel, accountId: grants.accountId })
    .from(events)
    .leftJoin(grants, eq(grants.id, events.grantId))
    .where(
      and(
        eq(events.userId, user.id),
        provider ? eq(events.provider, provider) : undefined,
        grant ? eq(events.grantId, grant) : undefined,
        from &&
          or(
            lt(events.createdAt, from.at),
            and(eq(events.createdAt, from.at), lt(events.id, from.id)),
          ),
      ),
    )
    .orderBy(desc(events.createdAt), desc(events.id))
    .limit(limit + 1)
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    events: page.map(({ event, account, accountId }) => ({
      id: event.id,
      at: new Date(event.createdAt),
      type: event.type as EventType,
      provider: event.provider,
      providerName: event.provider && providerName(event.provider),
      account: account || accountId || null,
      actor: event.actor as EventView['actor'],
      detail: JSON.parse(event.detail) as Record<string, string>,
      times: event.times,
    })),
    next: rows.length > limit && last ? cursor(last.event.createdAt, last.event.id) : null,
  }
}

function toRow({ actor = 'user', detail = {}, ...event }: Event) {
  const told = { ...event, actor, detail: JSON.stringify(detail) }
  return { id: randomUUID(), ...told, createdAt: Date.now() }
}

/** Written with nearly everything that is written. */
const insertion = preparedOnce(({ db, tables: { events } }) => {
  const told = ['grantId', 'provider', 'type', 'actor', 'detail'] as const
  const row = placeholders(['id', 'userId', ...told, 'createdAt'])
  const query = db.insert(events).values(row)
  return { alone: query.prepare(''), fill: fillable<ReturnType<typeof toRow>>(query) }
})

/** What a `before` looks like; one that does not is taken for none. */
export const cursorForm = /^(\d{1,15})\.([0-9a-f-]{36})$/

/** The `before` by which what is older than this event is read. */
export function cursorAfter({ at, id }: EventView): string {
  return cursor(at.getTime(), id)
}

function cursor(at: number, id: string): string {
  return `${at}.${id}`
}

function readCursor(text: string | undefined): { at: number; id: string } | undefined {
  const [, at, id] = cursorForm.exec(text ?? '') ?? []
  return at && id ? { at: Number(at), id } : undefined
}
