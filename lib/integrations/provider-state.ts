import { randomInt } from 'node:crypto'
import { and, eq, isNotNull, isNull, lte, ne, or, sql } from 'drizzle-orm'
import { database } from '#db'
import { preparedOnce } from '#db/prepared'
import { env } from '#lib/env'
import { codeOf, GrantkeeperError } from '#lib/errors'
import { type ResolvedProvider, resolveProvider } from '#lib/oauth/metadata'
import type { OfferedProvider } from '#lib/providers/provider'
import { logEvent } from '#lib/telemetry'

/** What keeps a provider from answering, as all instances know it. */
export type Trouble = {
  error: 'temporarily_unavailable' | 'provider_misconfigured'
  /** What the provider itself asked for, in milliseconds. */
  retryAfterMs?: number | undefined
}

/**
 * The provider with its endpoints, where it may be asked. One that has been in trouble lets one call
 * through, and refuses all others until it is known how that one went: the breaker, for all instances, in
 * one row.
 * @returns `isProbe`: this is that one call
 * @throws {GrantkeeperError} the trouble's code, with `Retry-After`
 */
export async function answeringProvider(
  offered: OfferedProvider,
): Promise<{ provider: ResolvedProvider; isProbe: boolean }> {
  const isProbe = await assertAnswering(offered.id)
  try {
    return { provider: await resolveProvider(offered), isProbe }
  } catch (error) {
    const code = codeOf(error)
    if (isTrouble(code)) await noteTrouble(offered.id, { error: code })
    throw error
  }
}

async function assertAnswering(provider: string): Promise<boolean> {
  const { db, tables, clock } = await database()
  const { providerStates: states } = tables
  const [state] = await db
    .select({ error: states.error, blockedUntil: states.blockedUntil, now: clock })
    .from(states)
    .where(eq(states.provider, provider))
  if (!state?.error || state.blockedUntil === 0) return false
  if (state.blockedUntil <= state.now && (await claimProbe(provider))) return true
  throw new GrantkeeperError(isTrouble(state.error) ? state.error : 'temporarily_unavailable', {
    retryAfterS: Math.max(state.blockedUntil - state.now, 1000) / 1000,
  })
}

/** It has answered as it should: what was wrong is over. */
export async function noteAnswer(provider: string): Promise<void> {
  const ended = await preparedEnd(await database()).execute({ provider })
  if (ended.length > 0) logEvent('info', 'provider_recovered', { provider })
}

/** It is asked after every refresh, and mostly finds nothing to end. */
const preparedEnd = preparedOnce(({ db, tables: { providerStates: states } }) =>
  db
    .update(states)
    .set({ error: null, failures: 0, since: null, blockedUntil: 0, reference: null })
    .where(and(eq(states.provider, sql.placeholder('provider')), isNotNull(states.error)))
    .returning({ provider: states.provider })
    .prepare(''),
)

/** It did not answer, or refused our client. That is told once, with a reference for people. */
export async function noteTrouble(provider: string, trouble: Trouble): Promise<void> {
  const { db, tables, clock } = await database()
  const { providerStates: states } = tables
  await db.insert(states).values({ provider }).onConflictDoNothing()
  const reference = newReference()
  const begun = await db
    .update(states)
    .set({ error: trouble.error, since: clock, failures: 0, reference })
    .where(
      and(eq(states.provider, provider), or(isNull(states.error), ne(states.error, trouble.error))),
    )
    .returning({ provider: states.provider })
  const level = trouble.error === 'provider_misconfigured' ? 'error' : 'warn'
  if (begun.length > 0) logEvent(level, trouble.error, { provider, reference })
  await block(provider, trouble)
}

/** Counts the failure, and lets nobody ask again for a while: from the fifth on, or where it is told to. */
async function block(provider: string, { error, retryAfterMs }: Trouble): Promise<void> {
  const { db, tables, clock } = await database()
  const { providerStates: states } = tables
  const [state] = await db
    .update(states)
    .set({ failures: sql`${states.failures} + 1` })
    .where(eq(states.provider, provider))
    .returning({ failures: states.failures })
  const failures = state?.failures ?? 1
  const tolerated = error === 'provider_misconfigured' ? 0 : 4
  const pause = retryAfterMs ?? (failures > tolerated ? pauseAfter(failures - tolerated) : 0)
  if (pause === 0) return
  const until = sql`${clock} + ${Math.round(pause)}`
  await db
    .update(states)
    .set({ blockedUntil: until })
    // Whoever asked for the longer pause is heeded.
    .where(and(eq(states.provider, provider), sql`${states.blockedUntil} < ${until}`))
}

/** A second, doubling up to a minute, less up to a half by chance, so that instances do not march in step. */
function pauseAfter(failures: number): number {
  return Math.min(1000 * 2 ** (failures - 1), 60_000) * (0.5 + Math.random() / 2)
}

/** Of many that want to be the one that tries, one may; should it die, another after its deadline. */
async function claimProbe(provider: string): Promise<boolean> {
  const { db, tables, clock } = await database()
  const { providerStates: states } = tables
  const claimed = await db
    .update(states)
    .set({ blockedUntil: sql`${clock} + ${2 * env().TOKEN_DEADLINE_MS}` })
    .where(and(eq(states.provider, provider), lte(states.blockedUntil, clock)))
    .returning({ provider: states.provider })
  return claimed.length > 0
}

/** Short enough to be read out on the telephone: no letter that looks like a digit. */
function newReference(): string {
  const letters = '23456789ABCDEFGHJKMNPQRSTUVWXYZ'
  return `R-${Array.from({ length: 6 }, () => letters[randomInt(letters.length)]).join('')}`
}

function isTrouble(error: string): error is Trouble['error'] {
  return error === 'provider_misconfigured' || error === 'temporarily_unavailable'
}
