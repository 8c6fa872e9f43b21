import { isNotNull, or } from 'drizzle-orm'
import { type Database, database } from '#db'
import { foldedId } from '#lib/audit'
import { SettingsError } from '#lib/env'
import { GrantkeeperError } from '#lib/errors'
import { loginIssuer } from '#lib/login/issuer'
import { offeredProviders } from '#lib/providers/provider'
import { bondOf } from '#lib/user-bonds'
import { checkCanary } from '#lib/vault-canary'
import { readOwnSettings } from './own-settings.ts'

/** A command that must not be carried out. Its message is for the person who gave it. */
class Mistake extends Error {}

const minute = 60_000
const day = 24 * 60 * minute

/** Users with grants in every state, so that the pages of a preview can be looked at (docs/previews.md). */
readOwnSettings()
try {
  refuseProduction()
  const subs = process.argv.slice(2)
  const seeded = await closing(seed(subs.length > 0 ? subs : ['auth0|preview']))
  console.log(
    `Seeded: ${seeded.join(', ')}. These grants hold no tokens: they are to be looked at.`,
  )
} catch (error) {
  console.error(sentence(error))
  process.exitCode = 1
}

function refuseProduction(): void {
  const { NODE_ENV, VERCEL_ENV } = process.env
  if (NODE_ENV === 'production' || VERCEL_ENV === 'production')
    throw new Mistake('This is production: people would find accounts here that are not theirs.')
}

async function seed(subs: string[]): Promise<string[]> {
  const [provider] = offeredProviders()
  if (!provider) throw new Mistake('No provider is offered here: set the client of one first.')
  const opened = await database()
  await refuseRealGrants(opened)
  await checkCanary()
  for (const sub of subs) await seedUser(opened, { sub, provider: provider.id })
  return subs
}

/** Whatever this database is called: where somebody has connected something, it is in use. */
async function refuseRealGrants({ db, tables: { grants } }: Database): Promise<void> {
  const holdsToken = or(isNotNull(grants.refreshToken), isNotNull(grants.accessToken))
  const [real] = await db.select({ id: grants.id }).from(grants).where(holdsToken).limit(1)
  if (real) throw new Mistake('This database holds real grants: seed one that nobody uses yet.')
}

/** Ids follow from the sub: a second run adds nothing, and nothing that is there is changed. */
async function seedUser(
  { db, tables }: Database,
  { sub, provider }: { sub: string; provider: string },
): Promise<void> {
  const now = Date.now()
  const issuer = loginIssuer()
  const userId = foldedId(`seed ${issuer} ${sub}`)
  const then = now - 3 * day
  const mac = bondOf({ id: userId, issuer, sub, org: '' })
  const user = { id: userId, issuer, sub, mac, name: 'Preview', createdAt: then, seenAt: now }
  await db.insert(tables.users).values(user).onConflictDoNothing()
  const common = { userId, provider, connectedAt: then, createdAt: then, updatedAt: now }
  for (const [accountLabel, state] of states(now)) {
    const id = foldedId(`seed ${userId} ${accountLabel}`)
    const grant = { ...common, id, accountId: id, accountLabel, ...state }
    await db.insert(tables.grants).values(grant).onConflictDoNothing()
    const event = { id, userId, grantId: id, provider, createdAt: then }
    const connected = { ...event, type: 'connected', actor: 'user' }
    await db.insert(tables.events).values(connected).onConflictDoNothing()
  }
}

function states(now: number) {
  const disconnectedAt = now - 5 * minute
  return [
    ['Ada Lovelace', { status: 'active' }],
    ['Grace Hopper', { status: 'reauthorization_required', reason: 'invalid_grant' }],
    ['Charles Babbage', { status: 'active', pausedAt: now - 60 * minute }],
    ['Alan Turing', { status: 'disconnected', revocation: 'revoked', disconnectedAt }],
  ] as const
}

/** A pool that stays open would keep this process from its end. */
async function closing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } finally {
    await (await database()).close()
  }
}

function sentence(error: unknown): string {
  if (error instanceof Mistake || error instanceof SettingsError) return error.message
  const cause = error instanceof GrantkeeperError ? error.cause : error
  return `Nothing could be seeded: ${cause instanceof Error ? cause.message || cause.name : 'for no stated reason'}`
}
