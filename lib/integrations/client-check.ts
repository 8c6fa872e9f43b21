import { setTimeout as sleep } from 'node:timers/promises'
import { and, eq, lte, sql } from 'drizzle-orm'
import { database } from '#db'
import { baseUrlFor, env } from '#lib/env'
import type { ResolvedProvider } from '#lib/oauth/metadata'
import { type ClientVerdict, probeClient } from '#lib/oauth/probe'
import { redirectUri } from '#lib/oauth/redirect-uri'
import { badAnswerOf } from '#lib/oauth/unsent'
import { logEvent } from '#lib/telemetry'

/** What a provider thinks of our client and its own address, apart from any grant. */
export type ClientStanding = 'good' | 'bad' | 'unknown'

/** `unasked`: nobody has been able to ask yet, so that nothing follows. */
export type Checked = ClientStanding | 'unasked'

/**
 * Asks a provider about our client without any user's token, so that what it says of one token can be told
 * from what it says of us. At most once a minute, by one of all instances; the others take what that one heard.
 * It never throws.
 */
export async function clientStanding(provider: ResolvedProvider): Promise<Checked> {
  try {
    const known = await claim(provider.id)
    if (known === 'other') return await othersVerdict(provider.id)
    if (known !== 'ours') return known
    const standing = await ask(provider)
    await store(provider.id, standing)
    return standing
  } catch (cause) {
    logEvent('warn', 'client_check_failed', { provider: provider.id, cause })
    return 'unasked'
  }
}

/** What is wrong may be mended any moment, and is looked at again sooner. */
const lasts = { good: 60_000, unknown: 60_000, bad: 5_000 }

async function claim(provider: string): Promise<ClientStanding | 'ours' | 'other'> {
  const { db, tables, clock } = await database()
  const { providerStates: states } = tables
  await db.insert(states).values({ provider }).onConflictDoNothing()
  const [state] = await db
    .select({
      verdict: states.clientVerdict,
      age: sql<number>`${clock} - ${states.clientCheckedAt}`.mapWith(Number),
      at: states.clientCheckedAt,
    })
    .from(states)
    .where(eq(states.provider, provider))
  if (!state) return 'other'
  if (state.verdict && state.age < lasts[state.verdict]) return state.verdict
  // It is two calls.
  if (!state.verdict && state.age < 2 * env().TOKEN_DEADLINE_MS) return 'other'
  const claimed = await db
    .update(states)
    .set({ clientVerdict: null, clientCheckedAt: sql`${clock}` })
    .where(and(eq(states.provider, provider), lte(states.clientCheckedAt, state.at)))
    .returning({ provider: states.provider })
  return claimed.length > 0 ? 'ours' : 'other'
}

async function othersVerdict(provider: string): Promise<Checked> {
  const { db, tables } = await database()
  const { providerStates: states } = tables
  const giveUpAt = performance.now() + env().TOKEN_DEADLINE_MS
  for (;;) {
    const [state] = await db
      .select({ verdict: states.clientVerdict, at: states.clientCheckedAt })
      .from(states)
      .where(eq(states.provider, provider))
    if (state?.verdict) return state.verdict
    // Nobody asks any more: a token that was given meanwhile has answered it.
    if (state?.at === 0) return 'good'
    if (performance.now() > giveUpAt) return 'unasked'
    await sleep(50)
  }
}

async function store(provider: string, standing: ClientStanding): Promise<void> {
  const { db, tables, clock } = await database()
  await db
    .update(tables.providerStates)
    .set({ clientVerdict: standing, clientCheckedAt: sql`${clock}` })
    .where(eq(tables.providerStates.provider, provider))
}

async function ask(provider: ResolvedProvider): Promise<ClientStanding> {
  const uri = redirectUri(baseUrlFor(null), provider.id)
  try {
    return standings.get(await probeClient(provider, uri)) ?? 'unknown'
  } catch (cause) {
    return badAnswerOf(cause) === 'redirected' ? 'bad' : 'unknown'
  }
}

const standings = new Map<ClientVerdict, ClientStanding>([
  ['accepted', 'good'],
  ['client_refused', 'bad'],
  ['not_a_token_endpoint', 'bad'],
])
