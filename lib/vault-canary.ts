import { and, eq, gt, isNull, like, or, type SQL, sql } from 'drizzle-orm'
import { type Database, database } from '#db'
import { env } from './env.ts'
import { GrantkeeperError } from './errors.ts'
import { oncePerProcess } from './process.ts'
import type { KeyRing } from './settings/values.ts'
import { ivOf, open, type SealContext, seal } from './vault.ts'

/**
 * Notices a missing or wrong vault key, at boot and before any provider is called. A good result holds
 * for the life of the process; a bad one is looked at again after a few seconds. That the database is
 * away tells nothing of the keys: it is not held against them once it is back.
 * @throws {GrantkeeperError} storage_unavailable, with the sentence to read as its cause's message
 */
export async function checkCanary(): Promise<void> {
  await adoptsUntil()
}

/**
 * Until when rows of before the vault vouched for them (`mac`) are taken as they are, in milliseconds since
 * the epoch; in a database that never had such rows, always over. Its answer is `checkCanary`'s.
 * @throws {GrantkeeperError} as `checkCanary`
 */
export async function adoptsUntil(): Promise<number> {
  const opened = await database()
  const slot = canarySlot()
  if (slot.result && Date.now() < (slot.until ?? Number.POSITIVE_INFINITY)) return slot.result
  delete slot.until
  slot.result = verifyCanaries(opened, env().VAULT_KEYS)
  slot.result.catch(() => {
    slot.until = Date.now() + recheckMs
  })
  return slot.result
}

/**
 * The number of the key that vouches for rows: the highest that the database has known for a day. While a new one
 * is being rolled out, instances that lack it go on knowing everybody. Only after `checkCanary`.
 */
export function vouchingKey(): number {
  const [only = 0, ...others] = env().VAULT_KEYS.keys()
  if (others.length === 0) return only
  const { since } = canarySlot()
  const numbers = [only, ...others].toSorted((a, b) => b - a)
  const isSettled = (number: number) => (since?.get(number) ?? Date.now()) <= Date.now() - rolloutMs
  return numbers.find(isSettled) ?? Math.min(...numbers)
}

const rolloutMs = 86_400_000

type Slot = {
  result?: Promise<number>
  until?: number
  /** When each key was first seen. It decides which key is used, never whether a row is believed. */
  since?: Map<number, number>
}

function canarySlot(): Slot {
  return oncePerProcess('vault canary', (): Slot => ({}))
}

/**
 * As `checkCanary`, from the given database and keys, and always anew. Writes a canary for each key
 * that has none; never deletes one, so that going back to the right keys heals.
 */
export async function verifyCanaries(database: Database, ring: KeyRing): Promise<number> {
  let known = await refuseWrongKeys(database, ring)
  const fresh = [...ring].filter(([number]) => !known.has(number))
  const isOld = [...known].some(([number, sealed]) => ring.has(number) && stampOf(sealed) === null)
  if (fresh.length > 0 || isOld) {
    // Only now: a deployment with wrong keys must not leave canaries of its own.
    await writeCanaries(database, fresh)
    await stampCanaries(database, ring, known)
    // Another process may have been first, perhaps with another key under that number.
    known = await refuseWrongKeys(database, ring)
  }
  const stamps = [...known].map(([number, sealed]) => (ring.has(number) ? stampOf(sealed) : 0) ?? 0)
  const latest = Math.max(...stamps)
  return latest === 0 ? 0 : latest + adoptionMs
}

const recheckMs = 3_000

/**
 * As long as two releases may run side by side: the older one still makes rows without a MAC. Two days, so that
 * a clock that calls once a day (docs/vercel.md) comes in time for those that were there before.
 */
const adoptionMs = 2 * 86_400_000
const song = 'The vault can be opened.'

const cage = (number: number): SealContext => ({
  grantId: `canary ${number}`,
  userId: '',
  provider: '',
  field: 'canary',
  version: 1,
})

/**
 * Compares the keys with what the database knows of them; writes nothing.
 * @returns the canary of each key number that has one
 * @throws {GrantkeeperError} as `checkCanary`
 */
export async function refuseWrongKeys(
  database: Database,
  ring: KeyRing,
): Promise<Map<number, string>> {
  const { db, tables } = database
  const rows = await db.select().from(tables.vaultCanaries)
  canarySlot().since = new Map(rows.map(({ keyNumber, createdAt }) => [keyNumber, createdAt]))
  for (const { keyNumber, sealed } of rows) {
    if (ring.has(keyNumber)) refuseWrongKey(keyNumber, sealed, ring)
    else if (await isInUse(database, keyNumber)) throw unavailable(lacks(keyNumber))
  }
  return new Map(rows.map(({ keyNumber, sealed }) => [keyNumber, sealed]))
}

function refuseWrongKey(number: number, sealed: string, ring: KeyRing): void {
  try {
    if (open(sealed, cage(number), ring) === song) return
  } catch (cause) {
    throw unavailable(isAnother(number), cause)
  }
  throw unavailable(isAnother(number))
}

/**
 * What a canary tells besides, in its IV, which nobody without the key can choose (decision 24): since when the
 * vault vouches for rows of users and API keys, or 0 where it always has. Null: it is from before that.
 */
function stampOf(sealed: string): number | null {
  const iv = ivOf(sealed)
  return iv.subarray(0, mark.length).equals(mark) ? iv.readUIntBE(mark.length, 6) : null
}

const mark = Buffer.from('vouch:')

function stamp(sinceMs: number): Buffer {
  const iv = Buffer.alloc(mark.length + 6)
  mark.copy(iv)
  iv.writeUIntBE(sinceMs, mark.length, 6)
  return iv
}

/** A key that the database does not know makes no row older: whoever takes a canary away opens nothing. */
async function writeCanaries({ db, tables }: Database, keys: [number, Buffer][]): Promise<void> {
  for (const [keyNumber, key] of keys) {
    const sealed = seal(song, cage(keyNumber), new Map([[keyNumber, key]]), stamp(0))
    await db
      .insert(tables.vaultCanaries)
      .values({ keyNumber, sealed, createdAt: Date.now() })
      .onConflictDoNothing()
  }
}

/** The first start of a release that vouches, on the database of one that did not. */
async function stampCanaries(
  { db, tables }: Database,
  ring: KeyRing,
  known: Map<number, string>,
): Promise<void> {
  const { vaultCanaries: canaries } = tables
  for (const [number, before] of known) {
    const key = ring.get(number)
    if (!key || stampOf(before) !== null) continue
    const sealed = seal(song, cage(number), new Map([[number, key]]), stamp(Date.now()))
    await db
      .update(canaries)
      .set({ sealed })
      .where(and(eq(canaries.keyNumber, number), eq(canaries.sealed, before)))
  }
}

/** Whether anything stored still needs this key: a token, a user, or an API key that lives. */
async function isInUse({ db, tables, clock }: Database, number: number): Promise<boolean> {
  const { grants, pendingRevocations, users, apiKeys } = tables
  const [envelope, mac] = [`gk1.${number}.%`, `m1.${number}.%`]
  const isAlive = and(
    isNull(apiKeys.revokedAt),
    or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, clock)),
  )
  const one = { found: sql`1` }
  const first = (table: typeof grants | typeof pendingRevocations, isSo: SQL) =>
    db.select(one).from(table).where(isSo).limit(1)
  const found = await Promise.all([
    first(grants, like(grants.accessToken, envelope)),
    first(grants, like(grants.refreshToken, envelope)),
    first(pendingRevocations, like(pendingRevocations.token, envelope)),
    db.select(one).from(users).where(like(users.mac, mac)).limit(1),
    db
      .select(one)
      .from(apiKeys)
      .where(and(isAlive, like(apiKeys.mac, mac)))
      .limit(1),
  ])
  return found.some((rows) => rows.length > 0)
}

function unavailable(sentence: string, cause?: unknown): GrantkeeperError {
  return new GrantkeeperError('storage_unavailable', { cause: new Error(sentence, { cause }) })
}

const lacks = (number: number) =>
  `VAULT_KEYS lacks key ${number}, which stored tokens, users or API keys still need: put it back`

const isAnother = (number: number) =>
  `VAULT_KEYS holds a key ${number} that is not the one this database knows: put the old one back, or give the new one a new number`
