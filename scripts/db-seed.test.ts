import Sqlite from 'better-sqlite3'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { freshFile } from '#db/testing/dialects'
import { plainEntry } from '#lib/testing/provider'
import { providersFile } from '#lib/testing/providers-file'
import { settingsOf } from '#lib/testing/settings'
import { run } from './run.ts'

const entries = providersFile([plainEntry])
let file: ReturnType<typeof freshFile>
const files: (typeof file)[] = []
beforeEach(() => {
  file = freshFile()
  files.push(file)
})
afterAll(() => {
  for (const { remove } of files) remove()
  entries.remove()
})

const own = settingsOf({ ...entries.settings, NODE_ENV: 'test' })

const seed = (subs: string[] = [], given: Record<string, string> = {}) => {
  const settings = { ...own, DATABASE_URL: file.url }
  return run(['node', 'scripts/db-seed.ts', ...subs], { env: { ...settings, ...given } })
}

test('users are there afterwards with grants in every state and no token, and once', async () => {
  for (const round of [1, 2]) {
    const { code, output } = await seed(['auth0|a', 'auth0|b'])
    expect([round, code, output]).toEqual([
      round,
      0,
      expect.stringContaining('Seeded: auth0|a, auth0|b.'),
    ])
  }
  expect(rows('select sub from users order by sub')).toEqual([
    { sub: 'auth0|a' },
    { sub: 'auth0|b' },
  ])
  const perStatus = 'select status, count(*) as count from grants group by status order by status'
  expect(rows(perStatus)).toEqual([
    { status: 'active', count: 4 },
    { status: 'disconnected', count: 2 },
    { status: 'reauthorization_required', count: 2 },
  ])
  expect(rows('select id from grants where refresh_token is not null')).toEqual([])
})

test.each([['NODE_ENV'], ['VERCEL_ENV']])('with %s=production nothing is seeded', async (name) => {
  const { code, output } = await seed([], { [name]: 'production' })
  expect([code, output]).toEqual([1, expect.stringContaining('This is production')])
})

test('a database with real grants is left alone', async () => {
  await seed(['auth0|a'])
  rows("update grants set refresh_token = 'sealed' returning id")
  const { code, output } = await seed(['auth0|b'])
  expect([code, output]).toEqual([1, expect.stringContaining('holds real grants')])
  expect(rows('select sub from users')).toEqual([{ sub: 'auth0|a' }])
})

test('without a provider it is said what is missing', async () => {
  const { code, output } = await seed([], { ACME_CLIENT_ID: '' })
  expect([code, output]).toEqual([1, expect.stringContaining('No provider is offered here')])
})

function rows(sql: string): unknown[] {
  const sqlite = new Sqlite(file.url.slice('file:'.length))
  try {
    return sqlite.prepare(sql).all()
  } finally {
    sqlite.close()
  }
}
