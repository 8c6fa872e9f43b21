import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Database, openDatabase } from '#db'
import { freshFile } from '#db/testing/dialects'
import { addUser } from '#lib/testing/database'
import { settingsOf, stubSettings } from '#lib/testing/settings'
import { run } from './run.ts'

const file = freshFile()
const own = { __NEXT_PROCESSED_ENV: 'true', AUTH0_DOMAIN: 'login.test', DATABASE_URL: file.url }
const settings = stubSettings(settingsOf(own))
let database: Database

beforeAll(async () => {
  database = await openDatabase(file.url)
  await addUser(database, 'auth0|one')
  for (const org of ['', 'org_1']) {
    const login = { id: `two ${org}`, issuer: 'https://login.test/', sub: 'auth0|two', org }
    await database.db.insert(database.tables.users).values({ ...login, createdAt: 1, seenAt: 1 })
  }
})
afterAll(async () => {
  await database.close()
  file.remove()
})

const users = (...command: string[]) =>
  run(['node', 'scripts/users.ts', ...command], { env: settings })

const off = async () => {
  const rows = await database.db.select().from(database.tables.users)
  return rows.filter(({ disabledAt }) => disabledAt !== null).map(({ sub, org }) => `${sub} ${org}`)
}

test('AU-16 a switch is told, and again; the organization is chosen where there are several', async () => {
  const once = await users('disable', 'auth0|one')
  expect(once).toMatchObject({ code: 0, output: expect.stringContaining('one is switched off') })
  const again = await users('disable', 'auth0|one')
  expect(again).toMatchObject({
    code: 0,
    output: expect.stringContaining('was switched off before'),
  })
  expect(await users('enable', 'auth0|one')).toMatchObject({ code: 0 })
  const inOrg = await users('disable', 'auth0|two', '--org', 'org_1')
  expect(inOrg).toMatchObject({ code: 0, output: expect.stringContaining('auth0|two in org_1') })
  expect(await off()).toEqual(['auth0|two org_1'])
  expect(await users('disable', 'auth0|two', '--org', '')).toMatchObject({ code: 0 })
  expect((await off()).toSorted()).toEqual(['auth0|two ', 'auth0|two org_1'])
  const { events, endedSessions } = database.tables
  const told = await database.db.select({ type: events.type }).from(events)
  expect(told.map(({ type }) => type)).toEqual([
    ...['switched_off', 'switched_on', 'switched_off', 'switched_off'],
  ])
  expect(await database.db.select().from(endedSessions)).toHaveLength(2)
})

test.each([
  ['nothing', [], 'npm run users -- disable SUB'],
  ['no user', ['disable'], 'npm run users -- disable SUB'],
  ['another command', ['forget', 'auth0|one'], 'npm run users -- disable SUB'],
  ['another option', ['disable', 'auth0|one', '--force'], 'npm run users -- disable SUB'],
  ['another realm', ['disable', 'auth0|one', '--realm', 'x'], 'There is no realm "x"'],
  [
    'a user of several',
    ['enable', 'auth0|two'],
    'is known outside of any organization, and in org_1',
  ],
  ['a user unknown', ['enable', 'auth0|x'], 'Nobody is known as auth0|x at https://login.test/.'],
  [
    'another org',
    ['enable', 'auth0|one', '--org', 'o'],
    'auth0|one at https://login.test/ in o. That user is known outside',
  ],
  ['enable and end', ['enable', 'auth0|one', '--disconnect'], '--disconnect belongs to disable'],
])('%s is refused with a sentence', async (_, command, said) => {
  const before = await off()
  const { code, output } = await users(...command)
  expect([code, output]).toEqual([1, expect.stringContaining(said)])
  expect(output).not.toMatch(/\n +at /)
  expect(await off()).toEqual(before)
})

test('--help says how it is used', async () => {
  const { code, output } = await users('--help')
  expect([code, output]).toEqual([0, expect.stringContaining('--disconnect')])
})
