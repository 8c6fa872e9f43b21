import { randomUUID } from 'node:crypto'
import { eq, type SQL, sql } from 'drizzle-orm'
import { redirect } from 'next/navigation'
import { database } from '#db'
import { matching, preparedOnce } from '#db/prepared'
import { endSession, hasEnded, isEnded } from '#lib/ended-sessions'
import { GrantkeeperError } from '#lib/errors'
import { verifyAccessToken } from '#lib/login/access-token'
import { bearerToken } from '#lib/login/bearer'
import { type Identity, type LoginSession, loginDriver } from '#lib/login/driver'
import { loginIssuer } from '#lib/login/issuer'
import { logEvent } from '#lib/telemetry'
import { assertBound, bondOf } from '#lib/user-bonds'
import { checkCanary } from '#lib/vault-canary'

/** Somebody who is logged in. Only this file makes one, so that no verb runs without proof. */
export type User = {
  id: string
  /** The login issuer: by another one, the same `sub` is somebody else. */
  issuer: string
  sub: string
  org: string
  name: string | null
  email: string | null
  /** Nobody can say that this id is theirs while the vault's keys are wrong: then nothing is given out. */
  isUnbound?: true
  readonly [proof]: true
}

/**
 * The user of the current request, or null. Whatever goes wrong while the session is read means
 * that nobody is logged in.
 * @throws {GrantkeeperError} `access_denied` for a user whose access was switched off, `storage_unavailable`
 */
export async function currentUser(): Promise<User | null> {
  const found = await currentIdentity()
  if (!found) return null
  const { session, ...identity } = found
  const row = await findRow(identity, session)
  if (row) return row.hasEnded === 1 ? null : toUser(identity, row)
  return (await isEnded(found)) ? null : toUser(identity, await insertRow(identity))
}

/**
 * Ends the current request's session, in every copy of its cookie, whether or not it was one of a user.
 * @throws {GrantkeeperError} `storage_unavailable`
 */
export async function endCurrentSession(): Promise<void> {
  const found = await currentIdentity()
  if (found) await endSession(found)
}

/** The user of the current page, who is sent to log in where nobody is. `returnTo`: a path of this app. */
export async function requireUser(returnTo: string): Promise<User> {
  const user = await currentUser()
  return user ?? redirect(loginDriver().loginPath(returnTo) as never)
}

/**
 * The user who sent an access token of the login issuer for this API, with the scope that is needed: a
 * SPA on another origin, or a service in its user's name.
 * @throws {GrantkeeperError} `login_required`; `forbidden` for a machine's token, or with a cookie besides;
 *   `insufficient_scope`; `access_denied` for who was switched off
 */
export async function bearerUser(headers: Headers, needed: Scope): Promise<User> {
  const token = bearerToken(headers)
  // Two proofs could name two users.
  if (headers.has('cookie')) throw new GrantkeeperError('forbidden')
  const { sub, org, scope, isMachine } = await verifyAccessToken(token)
  if (isMachine) throw new GrantkeeperError('forbidden')
  if (!scope.includes(needed))
    throw new GrantkeeperError('insufficient_scope', { detail: { scope: needed } })
  const identity = { issuer: loginIssuer(), sub, org: org ?? '' }
  return toUser(identity, (await findRow(identity)) ?? (await insertRow(identity)))
}

/** What an access token may be for. */
export type Scope = 'integrations:read' | 'integrations:write'

const proof = Symbol('proof')

async function currentIdentity(): Promise<Identity | null> {
  try {
    return await loginDriver().identity()
  } catch (cause) {
    // Next throws to tell that a page is dynamic; that must pass.
    if (cause instanceof Error && 'digest' in cause) throw cause
    logEvent('warn', 'session_unreadable', { cause })
    return null
  }
}

/** An access token tells neither name nor e-mail: then they stay as a login told them. */
type Known = Pick<Identity, 'issuer' | 'sub' | 'org'> & Partial<Pick<Identity, 'name' | 'email'>>

async function toUser(identity: Known, row: Row): Promise<User> {
  if (row.disabledAt !== null) throw new GrantkeeperError('access_denied')
  const { issuer, sub, org, name = row.name, email = row.email } = identity
  const bound = await boundness({ id: row.id, issuer, sub, org, mac: row.mac })
  if (row.name !== name || row.email !== email) await updateRow(row.id, { name, email })
  const known = { id: row.id, issuer, sub, org, name: name || null, email: email || null }
  return { ...known, ...bound, [proof]: true }
}

/**
 * While the keys are wrong nobody is kept from their pages, and from disconnecting: the database is believed,
 * since no token opens.
 */
async function boundness(row: Parameters<typeof assertBound>[0]): Promise<{ isUnbound?: true }> {
  try {
    await assertBound(row)
    return {}
  } catch (error) {
    const isJudged = await checkCanary().then(
      () => true,
      () => false,
    )
    if (isJudged) throw error
    return { isUnbound: true }
  }
}

type Row = {
  id: string
  name: string
  email: string
  disabledAt: number | null
  mac: string | null
  hasEnded: number
}

/** @param session of which is asked too whether it has ended; an access token has none */
async function findRow(
  { issuer, sub, org }: Known,
  session?: LoginSession,
): Promise<Row | undefined> {
  const { alone, withSession } = preparedFind(await database())
  const [row] = await (session
    ? withSession.execute({ issuer, sub, org, ...session })
    : alone.execute({ issuer, sub, org }))
  return row
}

/** Every request of a user begins with it. */
const preparedFind = preparedOnce((opened) => {
  const { db, tables } = opened
  const { id, name, email, disabledAt, mac, issuer, sub, org } = tables.users
  const find = (ended: SQL<number>) =>
    db
      .select({ id, name, email, disabledAt, mac, hasEnded: ended.mapWith(Number) })
      .from(tables.users)
      .where(matching({ issuer, sub, org }))
      .prepare('')
  return { alone: find(sql<number>`0`), withSession: find(hasEnded(opened)) }
})

/** Two first requests at once: one inserts, both read what is there then. */
async function insertRow(identity: Known): Promise<Row> {
  await checkCanary()
  const { db, tables } = await database()
  const now = Date.now()
  const id = randomUUID()
  const mac = bondOf({ ...identity, id })
  await db
    .insert(tables.users)
    .values({ id, ...identity, mac, createdAt: now, seenAt: now })
    .onConflictDoNothing()
  const row = await findRow(identity)
  if (!row) throw new GrantkeeperError('storage_unavailable')
  return row
}

async function updateRow(
  id: string,
  { name, email }: { name: string; email: string },
): Promise<void> {
  const { db, tables } = await database()
  await db
    .update(tables.users)
    .set({ name, email, seenAt: Date.now() })
    .where(eq(tables.users.id, id))
}
