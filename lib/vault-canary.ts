import { like, sql } from 'drizzle-orm'
import { type Database, database } from '#db'
import { env } from './env.ts'
import { GrantkeeperError } from './errors.ts'
import { oncePerProcess } from './process.ts'
import type { KeyRing } from './settings/values.ts'
import { open, type SealContext, seal } from './vault.ts'

/**
 * Notices a missing or wrong vault key, at boot and before any provider is called. A good result holds
 * for the life of the process; a bad one is looked at again after a few seconds. That the database is
 * away tells nothing of the keys: it is not held against them once it is back.
 * @throws {GrantkeeperError} storage_unavailable, with the sentence to read as its cause's message
 */
export async function checkCanary(): Promise<void> {
  const opened = await database()
  const slot = oncePerProcess(
    'vault canary',
    (): { result?: Promise<void>; until?: number } => ({}),
  )
  if (slot.result && Date.now() < (slot.until ?? Number.POSITIVE_INFINITY)) return slot.result
  delete slot.until
  slot.result = verifyCanaries(opened, env().VAULT_KEYS)
  slot.result.catch(() => {
    slot.until = Date.now() + recheckMs
  })
  return slot.result
}

/**
 * As `checkCanary`, from the given database and keys, and always anew. Writes a canary for each key
 * that has none; never deletes one, so that going back to the right keys heals.
 */
export async function verifyCanaries(database: Database, ring: KeyRing): Promise<void> {
  const known = await refuseWrongKeys(database, ring)
  const fresh = [...ring].filter(([number]) => !known.has(number))
  if (fresh.length === 0) return
  // Only now: a deployment with wrong keys must not leave canaries of its own.
  await writeCanaries(database, fresh)
  // Another process may have been first, perhaps with another key under that number.
  await refuseWrongKeys(database, ring)
}

const recheckMs = 3_000
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
 * @returns the key numbers that have a canary
 * @throws {GrantkeeperError} as `checkCanary`
 */
export async function refuseWrongKeys(database: Database, ring: KeyRing): Promise<Set<number>> {
  const { db, tables } = database
  const rows = await db.select().from(tables.vaultCanaries)
  for (const { keyNumber, sealed } of rows) {
    if (ring.has(keyNumber)) refuseWrongKey(keyNumber, sealed, ring)
    else if (await isInUse(database, keyNumber)) throw unavailable(lacks(keyNumber))
  }
  return new Set(rows.map(({ keyNumber }) => keyNumber))
}

function refuseWrongKey(number: number, sealed: string, ring: KeyRing): void {
  try {
    if (open(sealed, cage(number), ring) === song) return
  } catch (cause) {
    throw unavailable(isAnother(number), cause)
  }
  throw unavailable(isAnother(number))
}

async function writeCanaries({ db, tables }: Database, keys: [number, Buffer][]): Promise<void> {
  for (const [keyNumber, key] of keys) {
    const sealed = seal(song, cage(keyNumber), new Map([[keyNumber, key]]))
    await db
      .insert(tables.vaultCanaries)
      .values({ keyNumber, sealed, createdAt: Date.now() })
      .onConflictDoNothing()
  }
}

/** Whether any stored token was sealed with this key. */
async function isInUse({ db, tables }: Database, number: number): Promise<boolean> {
  const { grants, pendingRevocations } = tables
  const envelope = `gk1.${number}.%`
  const found = await Promise.all([
    first(db, grants, like(grants.accessToken, envelope)),
    first(db, grants, like(grants.refreshToken, envelope)),
    first(db, pendingRevocations, like(pendingRevocations.token, envelope)),
  ])
  return found.some((rows) => rows.length > 0)
}

type Tables = Database['tables']

function first(
  db: Database['db'],
  table: Tables['grants'] | Tables['pendingRevocations'],
  isSealedWithIt: ReturnType<typeof like>,
) {
  return db.select({ found: sql`1` }).from(table).where(isSealedWithIt).limit(1)
}

function unavailable(sentence: string, cause?: unknown): GrantkeeperError {
  return new GrantkeeperError('storage_unavailable', { cause: new Error(sentence, { cause }) })
}

const lacks = (number: number) =>
  `VAULT_KEYS lacks key ${number}, with which stored tokens are sealed: put it back`

const isAnother = (number: number) =>
  `VAULT_KEYS holds a key ${number} that is not the one this database knows: put the old one back, or give the new one a new number`
