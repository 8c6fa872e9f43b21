import { createHash } from 'node:crypto'
import { and, eq, isNotNull, type SQL, sql } from 'drizzle-orm'
import { type Database, database } from '#db'
import { preparedOnce } from '#db/prepared'
import type { OfferedProvider } from '#lib/providers/provider'
import { logEvent } from '#lib/telemetry'

/** It has answered as it should: what was wrong is over. */
export async function noteAnswer(provider: string): Promise<void> {
  const ended = await prepared(await database()).end.execute({ provider })
  if (ended.length > 0) logEvent('info', 'provider_recovered', { provider })
}

/** It has answered, if only to refuse a token: it is not away. */
export async function noteReached(provider: string): Promise<void> {
  const ended = await prepared(await database()).endOutage.execute({ provider })
  if (ended.length > 0) logEvent('info', 'provider_recovered', { provider })
}

/**
 * It has given a token: what was wrong is over, and so is what it had said of other tokens. When that was
 * is written down, for what it refuses next.
 */
export async function noteTokens({ id, client }: OfferedProvider): Promise<void> {
  const opened = await database()
  const { known, clear } = prepared(opened)
  const [state] = await known.execute({ provider: id })
  if (state?.error) await noteAnswer(id)
  if (state && (state.refusedUsers !== '' || state.clientCheckedAt > 0))
    await clear.execute({ provider: id })
  const mark = clientMark(client.id)
  const isKnown = state?.succeededClient === mark && state.age !== null && state.age < stampEveryMs
  if (!isKnown) await stamp(opened, id, mark)
}

/** A client as a row names it. With another one, what was learnt of the last is worth nothing. */
export function clientMark(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 16)
}

/** `known` is read after every refresh, and mostly tells that there is nothing to do. */
const prepared = preparedOnce(({ db, tables: { providerStates: states }, clock }) => {
  const isMeant = eq(states.provider, sql.placeholder('provider'))
  const end = (which: SQL | undefined) =>
    db
      .update(states)
      .set({
        ...{ error: null, failures: 0, since: null, reference: null },
        ...{ blockedUntil: 0, probeUntil: 0 },
      })
      .where(and(isMeant, which))
      .returning({ provider: states.provider })
      .prepare('')
  return {
    end: end(isNotNull(states.error)),
    endOutage: end(eq(states.error, 'temporarily_unavailable')),
    known: db
      .select({
        error: states.error,
        refusedUsers: states.refusedUsers,
        clientCheckedAt: states.clientCheckedAt,
        succeededClient: states.succeededClient,
        age: sql<number | null>`${clock} - ${states.succeededAt}`.mapWith(Number),
      })
      .from(states)
      .where(isMeant)
      .prepare(''),
    clear: db
      .update(states)
      .set({ refusedUsers: '', clientVerdict: null, clientCheckedAt: 0 })
      .where(isMeant)
      .prepare(''),
  }
})

/** Once in a while is exact enough, and keeps a busy provider's row from being written by everybody. */
async function stamp(opened: Database, provider: string, client: string): Promise<void> {
  const { db, tables, clock } = opened
  const { providerStates: states } = tables
  const success = { succeededAt: clock, succeededClient: client }
  await db
    .insert(states)
    .values({ provider, ...success })
    .onConflictDoUpdate({ target: states.provider, set: success })
}

const stampEveryMs = 10_000
