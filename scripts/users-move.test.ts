import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Database, openDatabase } from '#db'
import { freshFile } from '#db/testing/dialects'
import { addGrant, addUser } from '#lib/testing/database'
import { settingsOf, stubSettings } from '#lib/testing/settings'
import { run } from './run.ts'

const file = freshFile()
const own = { __NEXT_PROCESSED_ENV: 'true', AUTH0_DOMAIN: 'login.test', DATABASE_URL: file.url }
const settings = stubSettings(settingsOf(own))
let database: Database

beforeAll(async () => {
  database = await openDatabase(file.url)
})
afterAll(async () => {
  await database.close()
  file.remove()
})

const move = (from: string, to: string, ...more: string[]) =>
  run(['node', 'scripts/users-move.ts', '--from-sub', from, '--to-sub', to, ...more], {
    env: settings,
  })

test('without --yes it says what it would do; with it, it does it', async () => {
  const old = await addUser(database, 'auth0|old')
  const id = await addGrant(database, old, { accountLabel: 'Ada Lovelace' })
  const dry = await move('auth0|old', 'google|new')
  expect(dry.output).toContain('From auth0|old at https://login.test/')
  expect(dry.output).toContain('to google|new at https://login.test/, who has not been here yet:')
  expect(dry.output).toContain(`acme  Ada Lovelace  active  ${id}`)
  expect(dry.output).toContain('Nothing has been moved. The same command with --yes does it.')
  expect([dry.code, await ownersOfGrants()]).toEqual([0, [old.id]])
  const done = await move('auth0|old', 'google|new', '--yes')
  expect(done.output).toContain('Moved. Jobs name the user "google|new" from now on.')
  expect([done.code, await ownersOfGrants()]).not.toEqual([0, [old.id]])
  const again = await move('auth0|old', 'google|new', '--yes')
  expect([again.code, again.output]).toEqual([0, expect.stringContaining('nothing to move')])
})

test('the same account at both logins is refused with a sentence that names it', async () => {
  const [one, other] = [await addUser(database, 'auth0|one'), await addUser(database, 'auth0|two')]
  for (const user of [one, other])
    await addGrant(database, user, { accountId: 'ann', accountLabel: 'Ann' })
  const { code, output } = await move('auth0|one', 'auth0|two', '--yes')
  expect(output).toContain('Both logins have connected the same account. One of the two must be')
  expect(output).toMatch(/^ {2}acme {2}Ann {2}active/m)
  expect(code).toBe(1)
})

test('an issuer is named as its logins name it, however it is typed', async () => {
  const typed = ['login.test', '--to-issuer', 'https://login.example.com']
  const { output } = await move('auth0|one', 'auth0|one', '--from-issuer', ...typed)
  expect(output).toContain('From auth0|one at https://login.test/\n')
  expect(output).toContain('to auth0|one at https://login.example.com/, who has not been here yet')
})

test.each([
  ['a login that nobody has', ['auth0|nobody', 'auth0|two'], 'Nobody is known as auth0|nobody'],
  ['one login twice', ['auth0|one', 'auth0|one'], 'Both are the same login'],
  ['no login', ['', 'auth0|two'], 'npm run users:move -- --from-sub SUB'],
  ['an unknown option', ['a', 'b', '--force'], 'npm run users:move -- --from-sub SUB'],
])('%s is refused with a sentence', async (_, [from = '', to = '', ...more], said) => {
  const { code, output } = await move(from, to, ...more)
  expect([code, output]).toEqual([1, expect.stringContaining(said)])
  expect(output).not.toMatch(/\n +at /)
})

async function ownersOfGrants(): Promise<string[]> {
  const { db, tables } = database
  return (await db.select({ owner: tables.grants.userId }).from(tables.grants)).map((r) => r.owner)
}
