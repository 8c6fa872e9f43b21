import { and, eq, sql } from 'drizzle-orm'
import { database } from '#db'
import { foldedId } from '#lib/audit'
import type { Caller } from '#lib/callers'
import { codeOf, type ErrorCode } from '#lib/errors'
import { logEvent } from '#lib/telemetry'

/**
 * Writes down at once that a job did not get the access that it asked for: in the log, and in the trail
 * of the user it named, if there is one. That it cannot be written changes no answer.
 */
export async function noteRefusal(caller: Caller, wish: Asked, refusal: unknown): Promise<void> {
  const provider = wish.provider.slice(0, 40)
  const code = codeOf(refusal)
  logEvent('warn', 'vend_refused', { provider, caller: caller.name, code, cause: refusal })
  try {
    // Of a provider that does not exist, nothing is written into anybody's trail.
    const userId = code === 'unknown_provider' ? undefined : await findUser(caller, wish)
    if (userId) await write({ userId, provider, caller: caller.name, code })
  } catch (cause) {
    logEvent('warn', 'event_not_recorded', { provider, cause })
  }
}

/** Whose access was asked for, as the job names it. */
type Asked = { provider: string; user: string; org?: string | undefined }

async function findUser({ issuer, org }: Caller, wish: Asked): Promise<string | undefined> {
  const { db, tables } = await database()
  const { users } = tables
  const named = wish.org ?? org ?? ''
  // What is another organization's stays out of its users' trails too.
  if (org !== undefined && org !== named) return undefined
  const [user] = await db
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.issuer, issuer), eq(users.sub, wish.user), eq(users.org, named)))
  return user?.id
}

type Refused = { userId: string; provider: string; caller: string; code: ErrorCode }

/** Those of one minute are one row: a job that tries again and again does not fill the trail. */
async function write({ userId, provider, caller, code }: Refused): Promise<void> {
  const { db, tables } = await database()
  const { events } = tables
  const minute = Math.floor(Date.now() / 60_000) * 60_000
  const id = foldedId(`refused ${userId} ${provider} ${caller} ${code} ${minute}`)
  const detail = JSON.stringify({ caller, code })
  await db
    .insert(events)
    .values({ id, userId, provider, type: 'vend_refused', actor: 'job', detail, createdAt: minute })
    .onConflictDoUpdate({ target: events.id, set: { times: sql`${events.times} + 1` } })
}
