import { randomUUID } from 'node:crypto'
import { and, eq } from 'drizzle-orm'
import { redirect } from 'next/navigation'
import { database } from '#db'
import { GrantkeeperError } from '#lib/errors'
import { type Identity, loginDriver } from '#lib/login/driver'
import { logEvent } from '#lib/telemetry'

/** Somebody who is logged in. Only this file makes one, so that no verb runs without proof. */
export type User = {
  id: string
  sub: string
  org: string
  name: string | null
  email: string | null
  readonly [proof]: true
}

/**
 * The user of the current request, or null. Whatever goes wrong while the session is read means
 * that nobody is logged in.
 * @throws {GrantkeeperError} `access_denied` for a user whose access was switched off, `storage_unavailable`
 */
export async function currentUser(): Promise<User | null> {
  const identity = await currentIdentity()
  return identity ? toUser(identity) : null
}

/** The user of the current page, who is sent to log in where nobody is. `returnTo`: a path of this app. */
export async function requireUser(returnTo: string): Promise<User> {
  const user = await currentUser()
  return user ?? redirect(loginDriver().loginPath(returnTo) as never)
}

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

async function toUser(identity: Identity): Promise<User> {
  const row = (await findRow(identity)) ?? (await insertRow(identity))
  if (row.disabledAt !== null) throw new GrantkeeperError('access_denied')
  if (row.name !== identity.name || row.email !== identity.email) await updateRow(row.id, identity)
  const { sub, org, name, email } = identity
  return { id: row.id, sub, org, name: name || null, email: email || null, [proof]: true }
}

type Row = { id: string; name: string; email: string; disabledAt: number | null }

async function findRow({ issuer, sub, org }: Identity): Promise<Row | undefined> {
  const { db, tables } = await database()
  const { id, name, email, disabledAt } = tables.users
  const [row] = await db
    .select({ id, name, email, disabledAt })
    .from(tables.users)
    .where(
      and(eq(tables.users.issuer, issuer), eq(tables.users.sub, sub), eq(tables.users.org, org)),
    )
  return row
}

/** Two first requests at once: one inserts, both read what is there then. */
async function insertRow(identity: Identity): Promise<Row> {
  const { db, tables } = await database()
  const now = Date.now()
  await db
    .insert(tables.users)
    .values({ id: randomUUID(), ...identity, createdAt: now, seenAt: now })
    .onConflictDoNothing()
  const row = await findRow(identity)
  if (!row) throw new GrantkeeperError('storage_unavailable')
  return row
}

async function updateRow(id: string, { name, email }: Identity): Promise<void> {
  const { db, tables } = await database()
  await db
    .update(tables.users)
    .set({ name, email, seenAt: Date.now() })
    .where(eq(tables.users.id, id))
}
