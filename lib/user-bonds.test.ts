import { hash, randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Database } from '#db'
import { onEachDialect } from '#db/testing/dialects'
import { adoptKeys, createKey, findKey } from './api-keys.ts'
import { env } from './env.ts'
import { oncePerProcess } from './process.ts'
import { addUser, useDatabase } from './testing/database.ts'
import { key as newKey, stubSettings } from './testing/settings.ts'
import { assertBound, bondOf, renewBonds } from './user-bonds.ts'
import { seal } from './vault.ts'
import { checkCanary } from './vault-canary.ts'
import { macOf } from './vault-mac.ts'

stubSettings({ VAULT_KEYS: `${newKey(1)},${newKey(2)}` })

const days = 86_400_000
const soon = () => performance.now() + 10_000
const unreadable = expect.objectContaining({ code: 'credential_unreadable' })

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => void vi.useRealTimers())

onEachDialect('what the vault vouches for', (open) => {
  const given = async () => {
    const database = useDatabase(await open())
    const { db, tables } = database
    for (const table of [tables.users, tables.apiKeys, tables.vaultCanaries]) await db.delete(table)
    startAnew()
    return database
  }

  test('AU-14 a database of before is taken over: what was there goes on, and is vouched for', async () => {
    const database = await given()
    const old = await ofBefore(database)
    await assertBound(old.user)
    expect(await rowOf(database, old.user.id)).toMatchObject({ mac: bondOf(old.user) })
    // The older release beside still finds the key by its plain hash, and makes users without a word.
    for (let n = 0; n < 2; n += 1) expect(await findKey(old.key)).toMatchObject({ name: 'old' })
    expect(await keyRow(database)).toMatchObject({ hash: hash('sha256', old.key, 'hex') })
    const late = await addPlainUser(database)
    await renewBonds(soon())
    expect(await rowOf(database, late.id)).toMatchObject({ mac: bondOf(late) })

    vi.advanceTimersByTime(2 * days + 1)
    startAnew()
    expect(await findKey(old.key)).toMatchObject({ name: 'old', providers: ['acme'] })
    await expect
      .poll(async () => (await keyRow(database))?.hash)
      .not.toBe(hash('sha256', old.key, 'hex'))
    expect(await findKey(old.key)).toMatchObject({ name: 'old' })
    await expect(assertBound(await addPlainUser(database))).rejects.toEqual(unreadable)
    await assertBound({ ...late, mac: bondOf(late) })
  })

  test('AU-14 keys that nobody used in time are taken over by the clock', async () => {
    const database = await given()
    const old = await ofBefore(database)
    await adoptKeys()
    vi.advanceTimersByTime(3 * days)
    startAnew()
    expect(await findKey(old.key)).toMatchObject({ name: 'old' })
  })

  test('AU-14 who takes the canary or the words away opens nothing again', async () => {
    const database = await given()
    const { db, tables } = database
    await checkCanary()
    const made = await createKey({ name: 'job', providers: ['acme'] })
    const user = await addUser(database)
    const forgeries = [
      () => db.delete(tables.vaultCanaries),
      () => db.update(tables.users).set({ mac: null }),
      () => db.update(tables.apiKeys).set({ mac: null }),
    ]
    for (const forge of forgeries) await forge()
    startAnew()
    const login = { id: user.id, issuer: 'https://login.test/', sub: user.sub, org: '' }
    await expect(assertBound({ ...login, mac: null })).rejects.toEqual(unreadable)
    expect(await findKey(made?.key ?? '')).toBeUndefined()
    await Promise.all([renewBonds(soon()), adoptKeys()])
    expect(await rowOf(database, user.id)).toMatchObject({ mac: null })
    expect(await keyRow(database)).toMatchObject({ mac: null })
  })

  test('AU-14 the word of an older vault key holds, and is renewed by the newest after a day', async () => {
    const database = await given()
    const ring = new Map([...env().VAULT_KEYS].filter(([number]) => number === 1))
    await checkCanary()
    // While the new key is being rolled out, the older one vouches.
    expect(bondOf(await addPlainUser(database))).toMatch(/^m1\.1\./)
    vi.advanceTimersByTime(days)
    const user = { ...(await addPlainUser(database)), mac: '' }
    user.mac = macOf('user', [user.id, user.issuer, user.sub, user.org], ring)
    expect(user.mac).toMatch(/^m1\.1\./)
    const { db, tables } = database
    await db.update(tables.users).set({ mac: user.mac }).where(eq(tables.users.id, user.id))
    const forged = await addPlainUser(database, user.mac)
    await assertBound(user)
    await renewBonds(soon())
    expect(await rowOf(database, user.id)).toMatchObject({ mac: bondOf(user) })
    expect(await rowOf(database, forged.id)).toMatchObject({ mac: user.mac })
    await expect(assertBound(forged)).rejects.toEqual(unreadable)
  })
})

/** As an older release leaves it: canaries with an IV of chance, a user and a key without a word. */
async function ofBefore(database: Database) {
  const { db, tables } = database
  for (const [keyNumber, bytes] of env().VAULT_KEYS) {
    const cage = { grantId: `canary ${keyNumber}`, userId: '', provider: '', version: 1 }
    const ring = new Map([[keyNumber, bytes]])
    const sealed = seal('The vault can be opened.', { ...cage, field: 'canary' }, ring)
    await db.insert(tables.vaultCanaries).values({ keyNumber, sealed, createdAt: 1 })
  }
  const secret = 'A'.repeat(43)
  const key = `gk_${secret}_${hash('sha256', `gk_${secret}`, 'base64url').slice(0, 6)}`
  const row = { id: randomUUID(), name: 'old', hash: hash('sha256', key, 'hex'), providers: 'acme' }
  await db.insert(tables.apiKeys).values({ ...row, createdAt: 1 })
  return { key, user: await addPlainUser(database) }
}

async function addPlainUser({ db, tables }: Database, mac: string | null = null) {
  const id = randomUUID()
  const user = { id, issuer: 'https://login.test/', sub: `auth0|${id}`, org: '', mac }
  await db.insert(tables.users).values({ ...user, createdAt: 1, seenAt: 1 })
  return user
}

async function rowOf({ db, tables }: Database, id: string) {
  const [row] = await db.select().from(tables.users).where(eq(tables.users.id, id))
  return row
}

async function keyRow({ db, tables }: Database) {
  const [row] = await db.select().from(tables.apiKeys)
  return row
}

/** What a process remembers, as if it had just started. */
function startAnew(): void {
  const canary = oncePerProcess('vault canary', (): { result?: unknown } => ({}))
  delete canary.result
  const bonds = oncePerProcess('bonds', () => ({ after: '', nextAt: 0 }))
  Object.assign(bonds, { after: '', nextAt: 0, doneFor: undefined })
}
