import { hash, randomBytes, randomUUID } from 'node:crypto'
import { and, desc, eq, gt, isNull, lte, or, sql } from 'drizzle-orm'
import { type Database, database } from '#db'
import { preparedOnce } from '#db/prepared'
import { GrantkeeperError } from '#lib/errors'

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
  const secret = randomBytes(32).toString('base64url')
  const key = `gk_${secret}_${checksum(secret)}`
  const row = {
    id: randomUUID(),
    name,
    hash: hashOf(key),
    providers: providers.join(' '),
    org: org ?? null,
    createdAt: Date.now(),
    expiresAt: expiresAt?.getTime() ?? null,
  }
  return (await insert(await database(), row)) ? { id: row.id, key } : undefined
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
  const { db, tables, clock } = await database()
  const { apiKeys } = tables
  const isMeant = or(eq(apiKeys.id, nameOrId), eq(apiKeys.name, nameOrId))
  const [row] = await db
    .update(apiKeys)
    .set({ revokedAt: clock })
    .where(and(isMeant, isNull(apiKeys.revokedAt)))
    .returning(columnsOf(apiKeys))
  return row && toApiKey(row)
}

/** The living key that this is. What cannot be one, by its form or checksum, is not looked up. */
export async function findKey(presented: string): Promise<ApiKey | undefined> {
  const [, secret, sum] = /^gk_([\w-]{43})_([\w-]{6})$/.exec(presented) ?? []
  if (secret === undefined || sum !== checksum(secret)) return undefined
  const [row] = await preparedFind(await database()).execute({ hash: hashOf(presented) })
  return row && toApiKey(row)
}

/** Tells typing errors and foreign keys without the database, and scanners a key from a like text. */
function checksum(secret: string): string {
  return hash('sha256', `gk_${secret}`, 'base64url').slice(0, 6)
}

/** A fast hash will do: 256 random bits cannot be guessed, however fast. */
function hashOf(key: string): string {
  return hash('sha256', key, 'hex')
}

/** An expired key of that name makes room for it. */
async function insert(
  { atomically, tables: { apiKeys }, clock }: Database,
  row: Database['tables']['apiKeys']['$inferInsert'],
): Promise<boolean> {
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
  ])
}

type Table = Database['tables']['apiKeys']

function columnsOf({ id, name, providers, org, createdAt, expiresAt, revokedAt }: Table) {
  return { id, name, providers, org, createdAt, expiresAt, revokedAt }
}

type Row = Omit<Table['$inferSelect'], 'hash'>

function toApiKey({ createdAt, expiresAt, revokedAt, providers, ...row }: Row): ApiKey {
  return {
    ...row,
    providers: providers.split(' '),
    createdAt: new Date(createdAt),
    expiresAt: expiresAt === null ? null : new Date(expiresAt),
    revokedAt: revokedAt === null ? null : new Date(revokedAt),
  }
}

/** Read before every vend with a key. */
const preparedFind = preparedOnce(({ db, tables: { apiKeys }, clock }) => {
  const isAlive = and(
    isNull(apiKeys.revokedAt),
    or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, clock)),
  )
  return db
    .select(columnsOf(apiKeys))
    .from(apiKeys)
    .where(and(eq(apiKeys.hash, sql.placeholder('hash')), isAlive))
    .prepare('')
})
