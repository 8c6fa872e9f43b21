import { randomBytes, randomUUID } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { type Database, openDatabase, database as ownDatabase } from '#db'
import { freshFile, onEachDialect } from '#db/testing/dialects'
import { grantRow } from '#db/testing/rows'
import { GrantkeeperError } from './errors.ts'
import { oncePerProcess } from './process.ts'
import { seal } from './vault.ts'
import { checkCanary, verifyCanaries } from './vault-canary.ts'

const key = () => randomBytes(32)
const unavailable = (sentence: RegExp) =>
  expect.objectContaining({
    code: 'storage_unavailable',
    cause: expect.objectContaining({ message: expect.stringMatching(sentence) }),
  })

test('a first start leaves a canary for each key, a second one finds them', async () => {
  const database = await openDatabase('file::memory:')
  const ring = new Map([
    [1, key()],
    [2, key()],
  ])
  await verifyCanaries(database, ring)
  const first = await canaries(database)
  expect(first.map(({ keyNumber }) => keyNumber)).toEqual([1, 2])
  await verifyCanaries(database, ring)
  expect(await canaries(database)).toEqual(first)
  await database.close()
})

test('CR-09 a wrong key under a known number is refused, and leaves nothing behind', async () => {
  const database = await openDatabase('file::memory:')
  const right = new Map([[1, key()]])
  await verifyCanaries(database, right)
  const before = await canaries(database)
  const wrong = new Map([
    [1, key()],
    [2, key()],
  ])
  await expect(verifyCanaries(database, wrong)).rejects.toEqual(unavailable(/key 1 that is not/))
  expect(await canaries(database)).toEqual(before)
  await verifyCanaries(database, right)
  await database.close()
})

test('CR-09 a canary that was tampered with is refused', async () => {
  const database = await openDatabase('file::memory:')
  const ring = new Map([[1, key()]])
  await verifyCanaries(database, ring)
  await database.db.update(database.tables.vaultCanaries).set({ sealed: 'plain' })
  await expect(verifyCanaries(database, ring)).rejects.toEqual(unavailable(/key 1/))
  await database.close()
})

test('CR-09 a bad result is looked at again after a few seconds, a good one is kept', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const { url, remove } = freshFile()
  const database = await openDatabase(url)
  const right = randomBytes(32)
  await verifyCanaries(database, new Map([[1, key()]]))
  const slot = stubSettings(url, right)
  await expect(checkCanary()).rejects.toEqual(unavailable(/key 1 that is not/))
  await database.db.delete(database.tables.vaultCanaries)
  await verifyCanaries(database, new Map([[1, right]]))
  await expect(checkCanary()).rejects.toEqual(unavailable(/key 1 that is not/))
  vi.advanceTimersByTime(3_001)
  await checkCanary()
  await database.db.update(database.tables.vaultCanaries).set({ sealed: 'plain' })
  vi.advanceTimersByTime(3_600_000)
  await checkCanary()
  await Promise.all([database.close(), (await slot()).close()])
  vi.useRealTimers()
  vi.unstubAllEnvs()
  remove()
})

test('a database that was away a moment ago is not held against the keys', async () => {
  stubSettings('file::memory:', randomBytes(32))
  const process = {
    database: oncePerProcess('database', (): { opened?: Promise<Database> } => ({})),
    canary: oncePerProcess('vault canary', (): { result?: Promise<void> } => ({})),
  }
  delete process.canary.result
  process.database.opened = Promise.reject(new GrantkeeperError('storage_unavailable'))
  await expect(checkCanary()).rejects.toMatchObject({ code: 'storage_unavailable' })
  const database = await openDatabase('file::memory:')
  process.database.opened = Promise.resolve(database)
  await checkCanary()
  await database.close()
  vi.unstubAllEnvs()
})

onEachDialect('the canary', (open) => {
  test('CR-09 a lost key is refused while a token needs it; going back heals; no row is lost', async () => {
    const database = await open()
    const { db, tables } = database
    const old = new Map([[1, key()]])
    await verifyCanaries(database, old)
    const row = grantRow()
    const context = {
      grantId: row.id,
      userId: row.userId,
      provider: row.provider,
      field: 'refresh_token',
      version: 1,
    } as const
    const refreshToken = seal('RT_cnry', context, old)
    await db.insert(tables.grants).values({ ...row, refreshToken })
    const before = await rows(database)
    const lost = new Map([[2, key()]])
    await expect(verifyCanaries(database, lost)).rejects.toEqual(unavailable(/lacks key 1/))
    expect(await rows(database)).toEqual(before)
    await verifyCanaries(database, old)

    const token = seal('RT_cnry', context, old)
    await db.update(tables.grants).set({ refreshToken: null })
    await db.insert(tables.pendingRevocations).values({
      ...{ id: randomUUID(), grantId: row.id, userId: row.userId, provider: 'acme' },
      ...{ accountId: '', token, tokenKind: 'refresh_token', version: 1 },
      ...{ nextAttemptAt: 1, expiresAt: 2 },
    })
    await expect(verifyCanaries(database, lost)).rejects.toEqual(unavailable(/lacks key 1/))
    await db.delete(tables.pendingRevocations)
    await verifyCanaries(database, lost)
  })

  test('processes that start at once agree, and one with another key is refused', async () => {
    const handles = await Promise.all(Array.from({ length: 4 }, open))
    const same = key()
    await Promise.all(handles.map((handle) => verifyCanaries(handle, new Map([[7, same]]))))
    const clash = await Promise.allSettled(
      handles.map((handle) => verifyCanaries(handle, new Map([[8, key()]]))),
    )
    expect(clash.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })
})

async function canaries({ db, tables }: Database) {
  return db.select().from(tables.vaultCanaries).orderBy(tables.vaultCanaries.keyNumber)
}

async function rows(database: Database) {
  return [await database.db.select().from(database.tables.grants), await canaries(database)]
}

/** The settings of this process, as far as the canary needs them; returns its database. */
function stubSettings(DATABASE_URL: string, vaultKey: Buffer): () => Promise<Database> {
  const settings = {
    APP_BASE_URL: 'http://localhost:3000',
    AUTH0_DOMAIN: 'example.eu.auth0.com',
    AUTH0_CLIENT_ID: 'client',
    AUTH0_CLIENT_SECRET: 'secret',
    AUTH0_SECRET: key().toString('hex'),
    VAULT_KEYS: `1:${vaultKey.toString('base64')}`,
    TRANSACTION_KEYS: `1:${key().toString('base64')}`,
    DATABASE_URL,
  }
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value)
  return ownDatabase
}
