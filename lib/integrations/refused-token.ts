import { createHash } from 'node:crypto'
import { and, eq } from 'drizzle-orm'
import { database } from '#db'
import type { ResolvedProvider } from '#lib/oauth/metadata'
import type { Refusal } from '#lib/oauth/refusal'
import { type Checked, clientStanding } from './client-check.ts'
import { type Lease, lastsForCall } from './lease.ts'
import { clientMark } from './provider-answers.ts'

/** An answer to one token that is no certain end of it. */
export type Doubtful = Extract<Refusal, { kind: 'rejected' | 'misconfigured' }>

/**
 * `provider`: it is our client or the provider's address, and concerns all. `dead`: its words call the token
 * dead, and others show that it is not us. `evident`: it was refused long and often enough while others were
 * not. `open`: none of these; it is held against this grant alone.
 */
export type Finding = { verdict: 'provider' | 'dead' | 'evident' | 'open'; client: Checked }

/**
 * Whose fault a refusal is. What is said of one token is that grant's first; it is everybody's only where
 * the provider refuses our client without any token too, or refuses several users and gives none a token.
 */
export async function judge(
  lease: Lease,
  provider: ResolvedProvider,
  refusal: Doubtful,
): Promise<Finding> {
  const known = await noteRefused(lease, provider, refusal)
  const client =
    isSuspect(refusal, known) && lastsForCall(lease) ? await clientStanding(provider) : 'unasked'
  if (isProviders(refusal, known, standingFor(refusal, provider, client)))
    return { verdict: 'provider', client }
  if (refusal.kind === 'rejected' && refusal.isTokenNamed && !known.isQuiet)
    return { verdict: 'dead', client }
  const isEvident = await hasEvidence(lease, { provider, refusal, known })
  return { verdict: isEvident ? 'evident' : 'open', client }
}

/** What is known of a provider besides this answer. */
type Known = {
  /** When it last gave our client a token, or null. */
  succeededAt: number | null
  /** It has given none for an hour. */
  isQuiet: boolean
  /** How many users it has refused since it last gave a token, this one among them. */
  users: number
  /** Those of them that it told something of our client or of its address. */
  accusers: number
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** So many users in a row are several, where nobody has had a token for an hour. */
const several = 3
/** So many marks are kept: that many users in a row are not one grant's matter, whatever else is known. */
const many = 10
const fewestTries = 5

/** Writes down that this user's token was refused, and reads what else is known. */
async function noteRefused(
  lease: Lease,
  provider: ResolvedProvider,
  refusal: Doubtful,
): Promise<Known> {
  const { db, tables, clock } = await database()
  const { providerStates: states } = tables
  await db.insert(states).values({ provider: provider.id }).onConflictDoNothing()
  const mine = `${refusal.kind === 'misconfigured' ? 'c' : 't'}${userMark(lease.grant.userId)}`
  for (;;) {
    const [state] = await db
      .select({
        refusedUsers: states.refusedUsers,
        succeededAt: states.succeededAt,
        succeededClient: states.succeededClient,
        now: clock,
      })
      .from(states)
      .where(eq(states.provider, provider.id))
    if (!state) return { succeededAt: null, isQuiet: true, users: 1, accusers: 1 }
    const marks = withMark(state.refusedUsers, mine)
    const refusedUsers = marks.join(' ')
    // Two at once must both be counted: whoever finds another list reads it again.
    const isWritten = await db
      .update(states)
      .set({ refusedUsers })
      .where(and(eq(states.provider, provider.id), eq(states.refusedUsers, state.refusedUsers)))
      .returning({ provider: states.provider })
    if (isWritten.length === 0) continue
    const isOurs = state.succeededClient === clientMark(provider.client.id)
    const succeededAt = isOurs ? state.succeededAt : null
    return {
      succeededAt,
      isQuiet: succeededAt === null || state.now - succeededAt > hourMs,
      users: marks.length,
      accusers: marks.filter((mark) => mark.startsWith('c')).length,
    }
  }
}

/** One a user, the newest last: whoever has eight accounts counts once. */
function withMark(stored: string, mine: string): string[] {
  const others = stored.split(' ').filter((mark) => mark !== '' && mark.slice(1) !== mine.slice(1))
  return [...others, mine].slice(-many)
}

function userMark(userId: string): string {
  return createHash('sha256').update(userId).digest('hex').slice(0, 8)
}

/** Whether it is worth asking about our client: it is, before anything is held against all. */
function isSuspect(refusal: Doubtful, { isQuiet, users }: Known): boolean {
  if (refusal.kind === 'misconfigured') return !refusal.isCertain
  const isOfClient = ['unauthorized_client', 'unsupported_grant_type'].includes(refusal.error ?? '')
  return isOfClient || (isQuiet && users >= several) || users >= many
}

/** The check goes to the token endpoint: of another address for refreshing it tells nothing, but the answer may. */
function standingFor(
  refusal: Doubtful,
  { refresh_endpoint, token_endpoint }: ResolvedProvider,
  client: Checked,
): Checked {
  const isElsewhere = refresh_endpoint !== undefined && refresh_endpoint !== token_endpoint
  if (!isElsewhere || refusal.kind !== 'misconfigured') return client
  if (refusal.isAddress) return 'bad'
  return client === 'good' && refusal.error !== 'invalid_client' ? 'unknown' : client
}

function isProviders(refusal: Doubtful, known: Known, client: Checked): boolean {
  if (refusal.kind === 'misconfigured' && refusal.isCertain) return true
  if (client !== 'unknown') return client === 'bad'
  if (refusal.kind === 'misconfigured' && known.accusers > 1) return true
  return known.isQuiet && known.users >= several
}

/**
 * Whether one grant alone has been refused for a day and five times, while another one was renewed
 * between the last time and this, or where there is none, the provider takes our client. What may be
 * said of our client counts only beside another's success, and a page in place of an answer never.
 */
async function hasEvidence(
  { grant, takenAt, ...lease }: Lease,
  { provider, refusal, known }: { provider: ResolvedProvider; refusal: Doubtful; known: Known },
): Promise<boolean> {
  const { refusedSince, refusedAt, refusals } = grant
  if (refusal.kind === 'misconfigured' && refusal.isPage) return false
  if (refusedSince === null || refusedAt === null) return false
  if (takenAt - refusedSince < dayMs || refusals + 1 < fewestTries) return false
  if (known.succeededAt !== null && known.succeededAt > refusedAt) return true
  if (refusal.kind !== 'rejected' || known.users >= many) return false
  return lastsForCall(lease) && (await clientStanding(provider)) === 'good'
}
