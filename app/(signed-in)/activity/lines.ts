import { cursorAfter, eventsOf } from '#lib/audit'
import type { User } from '#lib/session'
import { type EventLine, foldEvents } from './event-lines.ts'

type Wish = { provider?: string | undefined; before?: string | undefined; limit: number }

/** How many events are read for a page: of a job that runs every minute, those of half a day. */
const readAtOnce = 1000

/** A user's trail in folded lines, newest first. `next` is the `before` of the following page. */
export async function linesOf(
  user: User,
  { provider, before, limit }: Wish,
): Promise<{ lines: EventLine[]; next: string | null }> {
  const { events, next } = await eventsOf(user, {
    limit: readAtOnce,
    ...(provider && { provider }),
    ...(before && { before }),
  })
  const { lines, told } = foldEvents(events, limit)
  const last = events[told - 1]
  return { lines, next: told < events.length && last ? cursorAfter(last) : next }
}
