import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { type Database, openDatabase } from '#db'
import { freshFile } from '#db/testing/dialects'
import { createDatabase } from '#db/testing/embedded-postgres'
import { grantRow } from '#db/testing/rows'
import { verifyCanaries } from '#lib/vault-canary'
import { examineClock } from './clock.ts'
import { examineDatabase } from './database.ts'
import { examineVaultKeys } from './vault-keys.ts'

const right = new Map([[1, randomBytes(32)]])
const file = freshFile()
afterAll(file.remove)

/** What is found, but for what is good, one line each. */
async function faults(url: string, given: Given = {}): Promise<string[]> {
  const env = {
    ...{ DATABASE_URL: url, VAULT_KEYS: right, VERCEL: undefined },
    ...given,
  }
  const findings = await examineDatabase(env, { issuer: 'https://login.test/', offered: ['acme'] })
  return findings
    .filter(({ verdict }) => verdict !== 'good')
    .map(({ about, says, mend }) => `${about}: ${says} → ${mend}`)
}

type Given = { VAULT_KEYS?: Map<number, Buffer> }

const path = file.url.slice('file:'.length)
const postgres = (change: (url: URL) => void) => {
  const url = new URL(inject('postgresUrl'))
  change(url)
  return url.href
}

test.each([
  ['a database in memory', () => 'file::memory:', 'keeps everything in memory'],
  ['a folder that cannot be made', () => `${notADatabase()}/x/test.db`, 'cannot be made in'],
  ['a file of another kind', notADatabase, 'The file is not an SQLite database'],
  ['a server that is not there', () => 'postgres://me@127.0.0.1:1/db', 'Nobody answers'],
  ['a host that is not there', () => 'postgres://me@nowhere.invalid/db', 'No address is known'],
  [
    'a database that is not there',
    () =>
      postgres((url) => {
        url.pathname = '/missing'
      }),
    'The server has no database of that name',
  ],
  [
    'a user who is not known',
    () =>
      postgres((url) => {
        url.username = 'stranger'
      }),
    'It refuses the user or the password',
  ],
])('%s is named', async (_, url, says) => {
  expect(await faults(url())).toContainEqual(expect.stringContaining(says))
})

test('a database without its migrations is named, with the command', async () => {
  const url = await createDatabase(inject('postgresUrl'))
  const [found = ''] = await faults(url)
  expect(found).toMatch(/^Database: The database lacks \d+ migration.*npm run db:migrate/)
})

test('a database that is read-only is named', async () => {
  const url = await createDatabase(inject('postgresUrl'))
  await (await openDatabase(url, { migrate: true })).close()
  const readOnly = new URL(url)
  readOnly.searchParams.set('options', '-c default_transaction_read_only=on')
  expect(await faults(readOnly.href)).toEqual([expect.stringContaining('It is read-only')])
})

test('a file that others may read is named', async () => {
  const open = freshFile()
  await (await openDatabase(open.url)).close()
  chmodSync(open.url.slice('file:'.length), 0o644)
  expect(await faults(open.url)).toEqual([expect.stringContaining('Others on this machine may')])
  open.remove()
})

test('a file that the first start will make is no fault, and is not made', async () => {
  const fresh = freshFile()
  expect(await faults(fresh.url)).toEqual([])
  expect(existsSync(fresh.url.slice('file:'.length))).toBe(false)
  fresh.remove()
})

describe.each(['sqlite', 'postgres'] as const)('a database (%s)', (dialect) => {
  let url = ''
  let database: Database
  const fresh = freshFile()

  beforeAll(async () => {
    url = dialect === 'sqlite' ? fresh.url : await createDatabase(inject('postgresUrl'))
    database = await openDatabase(url, { migrate: true })
  })
  afterAll(async () => {
    await database.close()
    fresh.remove()
  })

  test('that is good has no faults, and is left as it was', async () => {
    expect(await faults(url)).toEqual([])
    expect(await database.db.select().from(database.tables.vaultCanaries)).toEqual([])
  })

  test('a wrong vault key is named, and leaves no canary', async () => {
    await verifyCanaries(database, right)
    expect(await faults(url)).toEqual([])
    const VAULT_KEYS = new Map([
      [1, randomBytes(32)],
      [2, randomBytes(32)],
    ])
    expect(await faults(url, { VAULT_KEYS })).toEqual([
      expect.stringContaining('VAULT_KEYS: VAULT_KEYS holds a key 1 that is not the one'),
    ])
    expect(await database.db.select().from(database.tables.vaultCanaries)).toHaveLength(1)
  })

  test('a clock that is wrong is named', async () => {
    expect(await examineClock(database)).toMatchObject({ verdict: 'good' })
    const late = await examineClock(database, () => Date.now() + 95_000)
    expect(late.says).toMatch(/^This machine's clock and the database's are 9[45] seconds apart$/)
  })

  test('AU-23 what each vault key still has is counted, and a key that has nothing is named', async () => {
    const { db, tables } = database
    const [old, spare, newest] = [1, 2, 3]
    const ring = new Map([...right, [spare, randomBytes(32)], [newest, randomBytes(32)]])
    const row = grantRow({ provider: 'acme', userId: 'k' })
    await db.insert(tables.grants).values([
      { ...row, accessToken: `gk1.${old}.aaa`, refreshToken: `gk1.${newest}.aaa` },
      { ...grantRow({ provider: 'acme', userId: 'k2' }), refreshToken: `gk1.${old}1.aaa` },
    ])
    const pending = { grantId: 'g', userId: 'k', provider: 'acme', accountId: '', version: 1 }
    const waiting = { id: 'p', tokenKind: 'access_token', nextAttemptAt: 1, expiresAt: 2 } as const
    await db
      .insert(tables.pendingRevocations)
      .values({ ...pending, ...waiting, token: `gk1.${newest}.aaa` })
    const user = { id: 'k', issuer: 'https://login.test/', sub: 'k', createdAt: 1, seenAt: 1 }
    await db.insert(tables.users).values({ ...user, mac: `m1.${newest}.aaa` })
    const key = { name: 'a', hash: 'a', providers: '*', createdAt: 1, mac: `m1.${newest}.aaa` }
    await db.insert(tables.apiKeys).values([
      { ...key, id: 'living' },
      { ...key, id: 'revoked', hash: 'b', revokedAt: 1 },
    ])
    const found = await examineVaultKeys(database, ring)
    expect(found.map(({ says }) => says)).toEqual([
      'Key 1 has 1 token, 0 users, 0 API keys. Key 2 has 0 tokens, 0 users, 0 API keys. Key 3 has 2 tokens, 1 user, 1 API key.',
      'Key 2 is no longer needed: nothing that is stored names it',
    ])
    expect(found.map(({ verdict }) => verdict)).toEqual(['good', 'note'])
    for (const table of [tables.grants, tables.users, tables.apiKeys]) await db.delete(table)
    await db.delete(tables.pendingRevocations)
    expect(await examineVaultKeys(database, ring)).toEqual([])
  })

  test('grants that nothing here can use are named', async () => {
    const { db, tables } = database
    const user = { id: 'u', issuer: 'https://old.test/', sub: 'a', createdAt: 1, seenAt: 1 }
    await db.insert(tables.users).values(user)
    await db.insert(tables.grants).values(grantRow({ userId: 'u', provider: 'gone' }))
    expect(await faults(url)).toEqual([
      expect.stringContaining('Grants: 1 at "gone", which is not offered'),
      expect.stringContaining('Grants: 1 of users of https://old.test/, and the login issuer is'),
    ])
  })
})

function notADatabase(): string {
  const other = `${path}.txt`
  writeFileSync(other, 'This is no database, but a text of some length.'.repeat(20), {
    mode: 0o600,
  })
  return `file:${other}`
}
