import { and, inArray, lt } from 'drizzle-orm'
import { database } from '#db'
import type { EventType } from './audit.ts'

/**
 * Forgets what repeats itself and is old: uses, renewals and refusals of more than 90 days ago. What
 * somebody decided, or had to, is kept. At most a thousand rows at once: the next round takes more.
 * @returns how many were forgotten
 */
export async function forgetRoutine(now: number): Promise<number> {
  const { db, tables } = await database()
  const { events } = tables
  const isOld = and(lt(events.createdAt, now - keptMs), inArray(events.type, routine))
  const old = db.select({ id: events.id }).from(events).where(isOld).limit(atOnce)
  const gone = await db.delete(events).where(inArray(events.id, old)).returning({ id: events.id })
  return gone.length
}

const keptMs = 90 * 86_400_000
const atOnce = 1_000
const routine: EventType[] = ['used', 'refreshed', 'refresh_failed', 'vend_refused']
