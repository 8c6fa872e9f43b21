import { hash, randomBytes, randomUUID } from 'node:crypto'
import { and, desc, eq, gt, inArray, isNull, lte, or, sql } from 'drizzle-orm'
import { type Database, database, type Handle } from '#db'
import type { Step } from '#db/atomically'
import { preparedOnce } from '#db/prepared'
import { goOn } from '#lib/background'
import { GrantkeeperError } from '#lib/errors'
import { oncePerProcess } from '#lib/process'
import { logEvent } from '#lib/telemetry'
import { adoptsUntil, checkCanary } from '#lib/vault-canary'
import { hashesOf, isMacOf, isOutdated, macOf } from '#lib/vault-mac'

/** A key of a backend job, as it is shown to administrators: never the key itself. */
export type ApiKey = {
  id: string
  /** As users see it in their activity. */
  name: string
  /** Ids, or `*` alone. */
  providers: string[]
  /** The only organization whose users it may name, or null for all. */
  org: string | null
  createdAt: Date
  expiresAt: Date | null
  revokedAt: Date | null
}

/**
 * What a key's name may be: shorter than an id, so that it is never taken for one, and not what users
 * read of themselves.
 */
export const keyName = /^(?!proxy$)[A-Za-z0-9][\w .-]{0,31}$/i

/**
 * Makes a key: `gk_`, 32 random bytes, `_`, a checksum. It is returned here and never again.
 * @returns undefined where a living key has that name
 * @throws {GrantkeeperError} `invalid_request` for a bad name or no provider, `storage_unavailable`
 */
export async function createKey({
  name,
  providers,
  expiresAt,
  org,
}: {
  name: string
  providers: string[]
  expiresAt?: Date | undefined
  org?: string | undefined
}): Promise<{ id: string; key: string } | undefined> {
  if (!keyName.test(name) || providers.length === 0) throw new GrantkeeperError('invalid_request')
  await checkCanary()
  const secret = randomBytes(32).toString('base64url')
  const key = `gk_${secret}_${checksum(secret)}`
  const row = {
    id: randomUUID(),
    name,
    hash: newestHashOf(key),
    providers: providers.join(' '),
    org: org ?? null,
    createdAt: Date.now(),
    expiresAt: expiresAt?.getTime() ?? null,
  }
  const vouched = { ...row, mac: macOf('api key rights', rightsOf(row)) }
  return (await insert(await database(), vouched)) ? { id: row.id, key } : undefined
}

/** All keys, the newest first. */
export async function listKeys(): Promise<ApiKey[]> {
  const { db, tables } = await database()
  const { apiKeys } = tables
  const rows = await db.select(columnsOf(apiKeys)).from(apiKeys).orderBy(desc(apiKeys.createdAt))
  return rows.map(toApiKey)
}

/** Ends a key at once, by name or id. Undefined where no living one is called so. */
export async function revokeKey(nameOrId: string): Promise<ApiKey | undefined> {
  const { db, tables, clock, atomically } = await database()
  const { apiKeys } = tables
  const isMeant = or(eq(apiKeys.id, nameOrId), eq(apiKeys.name, nameOrId))
  const [row] = await db
    .select(columnsOf(apiKeys))
    .from(apiKeys)
    .where(and(isMeant, isNull(apiKeys.revokedAt)))
  if (!row) return undefined
  const isLiving = and(eq(apiKeys.id, row.id), isNull(apiKeys.revokedAt))
  const isRevoked = await atomically((tx) => [
    { query: tx.update(apiKeys).set({ revokedAt: clock }).where(isLiving), expect: 1 },
    trace(tx, tables, 'api_key_revoked', row),
  ])
  return isRevoked ? toApiKey({ ...row, revokedAt: Date.now() }) : undefined
}

/** When a key was made or revoked, the newest first. */
export async function keyTrail(): Promise<{ at: Date; type: string; detail: string }[]> {
  const { db, tables } = await database()
  const { createdAt, type, detail, userId } = tables.events
  const rows = await db
    .select({ createdAt, type, detail })
    .from(tables.events)
    .where(and(eq(userId, nobody), inArray(type, ['api_key_created', 'api_key_revoked'])))
    .orderBy(desc(createdAt))
    .limit(500)
  return rows.map((row) => ({ ...row, at: new Date(row.createdAt) }))
}

/**
 * The living key that this is. What cannot be one, by its form or checksum, is not looked up. A row that the
 * vault does not vouch for is none: who can only write the database makes no key, and gives none more rights.
 */
export async function findKey(presented: string): Promise<ApiKey | undefined> {
  const [, secret, sum] = /^gk_([\w-]{43})_([\w-]{6})$/.exec(presented) ?? []
  if (secret === undefined || sum !== checksum(secret)) return undefined
  const plain = plainHashOf(presented)
  const row = await find(presented, plain)
  if (!row) return undefined
  const isSound = isMacOf(row.mac, 'api key rights', rightsOf(row))
  if (!isSound && !(await isAdopted(row))) return undefined
  if (row.hash === plain || isOutdated(row.mac ?? '')) goOn(renew(row, presented))
  return toApiKey(row)
}

/**
 * The living row of a key: by its keyed hashes, the newest first, or by its plain one of before there were those.
 * By which it was found is remembered, since the same few keys come all the time and a keyed hash is dear.
 */
async function find(presented: string, plain: string): Promise<Found | undefined> {
  const remembered = storedHashes().get(plain)
  const known = remembered === undefined ? undefined : await findBy([remembered])
  if (known) return known
  const row = await findBy([...hashesOf('api key', presented), plain])
  if (row) remember(plain, row.hash)
  else storedHashes().delete(plain)
  return row
}

const mostRemembered = 1000

/** By the plain hash of the key, which opens nothing; what the row says is read each time. */
function storedHashes(): Map<string, string> {
  return oncePerProcess('stored hashes of api keys', () => new Map<string, string>())
}

function remember(plain: string, stored: string): void {
  const hashes = storedHashes()
  if (hashes.size >= mostRemembered) hashes.clear()
  hashes.set(plain, stored)
}

/** Gives the vault's word for the keys of before there were such words, in the days after the upgrade. */
export async function adoptKeys(): Promise<void> {
  if (Date.now() >= (await adoptsUntil())) return
  const { db, tables } = await database()
  const { apiKeys } = tables
  const rows = await db.select().from(apiKeys).where(isNull(apiKeys.mac))
  for (const row of rows) await vouchFor(row, row.hash)
}

async function isAdopted(row: Found): Promise<boolean> {
  if (row.mac === null && Date.now() < (await adoptsUntil())) {
    await vouchFor(row, row.hash)
    return true
  }
  logEvent('error', 'api_key_not_bound')
  return false
}

/**
 * The key itself is there only while it is used: then its row gets the newest keyed hash. Not while a release of
 * before may run beside, which knows it by its plain hash alone.
 */
async function renew(row: Found, presented: string): Promise<void> {
  try {
    if (Date.now() >= (await adoptsUntil())) await vouchFor(row, newestHashOf(presented))
  } catch (cause) {
    logEvent('warn', 'api_key_not_renewed', { cause })
  }
}

async function vouchFor(row: Rights, newHash: string): Promise<void> {
  const { db, tables } = await database()
  const { apiKeys } = tables
  const mac = macOf('api key rights', rightsOf({ ...row, hash: newHash }))
  await db
    .update(apiKeys)
    .set({ hash: newHash, mac })
    .where(and(eq(apiKeys.id, row.id), eq(apiKeys.hash, row.hash)))
}

type Rights = Pick<
  Table['$inferInsert'],
  'id' | 'hash' | 'name' | 'providers' | 'org' | 'createdAt' | 'expiresAt'
>

/** All that a key is and may. That it was revoked is not among it: a database can forget. */
function rightsOf({ id, hash, name, providers, org, createdAt, expiresAt }: Rights): string[] {
  const orNone = (value: string | number | null | undefined) =>
    value === null || value === undefined ? 'none' : `=${value}`
  return [id, hash, name, providers, orNone(org), String(createdAt), orNone(expiresAt)]
}

/** Tells typing errors and foreign keys without the database, and scanners a key from a like text. */
function checksum(secret: string): string {
  return hash('sha256', `gk_${secret}`, 'base64url').slice(0, 6)
}

/** A fast hash will do: 256 random bits cannot be guessed, however fast. */
function newestHashOf(key: string): string {
  return hashesOf('api key', key)[0] ?? ''
}

function plainHashOf(key: string): string {
  return hash('sha256', key, 'hex')
}

/** Events of no user: nobody's activity shows them. */
const nobody = ''

function trace(
  tx: Handle,
  { events }: Database['tables'],
  type: 'api_key_created' | 'api_key_revoked',
  { id, name, providers, org }: Pick<Table['$inferInsert'], 'id' | 'name' | 'providers' | 'org'>,
): Step {
  const detail = JSON.stringify({ name, id, providers, ...(org ? { org } : {}) })
  const row = { id: randomUUID(), userId: nobody, type, actor: 'system', detail }
  return { query: tx.insert(events).values({ ...row, createdAt: Date.now() }), expect: 1 }
}

/** An expired key of that name makes room for it. */
async function insert(
  { atomically, tables, clock }: Database,
  row: Database['tables']['apiKeys']['$inferInsert'],
): Promise<boolean> {
  const { apiKeys } = tables
  return atomically((tx) => [
    {
      query: tx
        .update(apiKeys)
        .set({ revokedAt: sql`${apiKeys.expiresAt}` })
        .where(
          and(eq(apiKeys.name, row.name), isNull(apiKeys.revokedAt), lte(apiKeys.expiresAt, clock)),
        ),
      expect: 'any',
    },
    { query: tx.insert(apiKeys).values(row), expect: 1 },
    trace(tx, tables, 'api_key_created', row),
  ])
}

type Table = Database['tables']['apiKeys']

function columnsOf({ id, name, providers, org, createdAt, expiresAt, revokedAt }: Table) {
  return { id, name, providers, org, createdAt, expiresAt, revokedAt }
}

type Row = Omit<Table['$inferSelect'], 'hash' | 'mac'>
type Found = Table['$inferSelect']

function toApiKey({ id, name, org, createdAt, expiresAt, revokedAt, providers }: Row): ApiKey {
  return {
    ...{ id, name, org },
    providers: providers.split(' '),
    createdAt: new Date(createdAt),
    expiresAt: expiresAt === null ? null : new Date(expiresAt),
    revokedAt: revokedAt === null ? null : new Date(revokedAt),
  }
}

/** Read before every vend with a key. How many hashes there are depends on the ring alone. */
async function findBy(hashes: string[]): Promise<Found | undefined> {
  const opened = await database()
  const queries = preparedFinds(opened)
  const query = queries.get(hashes.length) ?? prepareFind(opened, hashes.length)
  queries.set(hashes.length, query)
  const [row] = await query.execute(Object.fromEntries(hashes.map((one, n) => [`hash${n}`, one])))
  return row
}

const preparedFinds = preparedOnce(() => new Map<number, ReturnType<typeof prepareFind>>())

function prepareFind({ db, tables: { apiKeys }, clock }: Database, count: number) {
  const isAlive = and(
    isNull(apiKeys.revokedAt),
    or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, clock)),
  )
  const hashes = Array.from({ length: count }, (_, n) => sql.placeholder(`hash${n}`))
  return db
    .select()
    .from(apiKeys)
    .where(and(inArray(apiKeys.hash, hashes), isAlive))
    .prepare('')
}
