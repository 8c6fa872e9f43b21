import { randomInt } from 'node:crypto'
import { and, eq, isNull, lte, ne, or, sql } from 'drizzle-orm'
import { database } from '#db'
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
  /** Of a grant that had failed just before: a single one does not open the breaker by failing often. */
  isRepeated?: boolean
}

/** The one call that tries a provider in trouble, by the time at which it is given up. */
export type Probe = number

/**
 * The provider with its endpoints, where it may be asked. One that has been in trouble lets one call
 * through, and refuses all others until it is known how that one went: the breaker, for all instances, in
 * one row.
 * @param isFailing of a grant that has just failed: others are let through before it
 * @returns `probe`: this is that one call; `endProbe` says that it is over
 * @throws {GrantkeeperError} the trouble's code, with `Retry-After`
 */
export async function answeringProvider(
  offered: OfferedProvider,
  { isFailing }: { isFailing: boolean },
): Promise<{ provider: ResolvedProvider; probe: Probe | undefined }> {
  const probe = await assertAnswering(offered.id, isFailing)
  try {
    return { provider: await resolveProvider(offered), probe }
  } catch (error) {
    const code = codeOf(error)
    if (isTrouble(code)) await noteTrouble(offered.id, { error: code })
    throw error
  }
}

async function assertAnswering(provider: string, isFailing: boolean): Promise<Probe | undefined> {
  const { db, tables, clock } = await database()
  const { providerStates: states } = tables
  const { error, blockedUntil, probeUntil } = states
  const [state] = await db
    .select({ error, blockedUntil, probeUntil, now: clock })
    .from(states)
    .where(eq(states.provider, provider))
  if (!state?.error || state.blockedUntil === 0) return undefined
  const opensAt = state.blockedUntil + (isFailing ? graceMs : 0)
  if (opensAt <= state.now && state.probeUntil <= state.now) {
    const probe = await claimProbe(provider)
    if (probe !== undefined) return probe
  }
  throw new GrantkeeperError(isTrouble(state.error) ? state.error : 'temporarily_unavailable', {
    // Behind a probe nobody waits long: it mostly takes less than a second.
    retryAfterS: Math.max(opensAt - state.now, 1000) / 1000,
  })
}

/** So much earlier a grant that has not failed may be the one that tries. */
const graceMs = 5_000

/** Of many that want to be the one that tries, one may; should it die, another after its deadline. */
async function claimProbe(provider: string): Promise<Probe | undefined> {
  const { db, tables, clock } = await database()
  const { providerStates: states } = tables
  const [claimed] = await db
    .update(states)
    .set({ probeUntil: sql`${clock} + ${2 * env().TOKEN_DEADLINE_MS}` })
    .where(
      and(
        eq(states.provider, provider),
        lte(states.blockedUntil, clock),
        lte(states.probeUntil, clock),
      ),
    )
    .returning({ probeUntil: states.probeUntil })
  return claimed?.probeUntil
}

/** The call that tried is over, whatever came of it: nobody waits for it any more. */
export async function endProbe(provider: string, probe: Probe | undefined): Promise<void> {
  if (probe === undefined) return
  const { db, tables } = await database()
  const { providerStates: states } = tables
  await db
    .update(states)
    .set({ probeUntil: 0 })
    .where(and(eq(states.provider, provider), eq(states.probeUntil, probe)))
}

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
async function block(provider: string, trouble: Trouble): Promise<void> {
  const { db, tables, clock } = await database()
  const { providerStates: states } = tables
  const { error, retryAfterMs, isRepeated = false } = trouble
  const tolerated = error === 'provider_misconfigured' ? 0 : 4
  const isCounted = sql`${isRepeated ? 0 : 1} = 1 or ${states.failures} > ${tolerated}`
  const [state] = await db
    .update(states)
    .set({
      failures: sql`case when ${isCounted} then ${states.failures} + 1 else ${states.failures} end`,
    })
    .where(eq(states.provider, provider))
    .returning({ failures: states.failures })
  const failures = state?.failures ?? 1
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

/** Short enough to be read out on the telephone: no letter that looks like a digit. */
function newReference(): string {
  const letters = '23456789ABCDEFGHJKMNPQRSTUVWXYZ'
  return `R-${Array.from({ length: 6 }, () => letters[randomInt(letters.length)]).join('')}`
}

function isTrouble(error: string): error is Trouble['error'] {
  return error === 'provider_misconfigured' || error === 'temporarily_unavailable'
}
