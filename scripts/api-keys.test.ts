import { afterAll, expect, inject, test } from 'vitest'
import { freshFile } from '#db/testing/dialects'
import { createDatabase } from '#db/testing/embedded-postgres'
import { plainEntry } from '#lib/testing/provider'
import { providersFile } from '#lib/testing/providers-file'
import { settingsOf } from '#lib/testing/settings'
import { run } from './run.ts'

const entries = providersFile([plainEntry])
const file = freshFile()
const settings = settingsOf({ ...entries.settings, DATABASE_URL: file.url })

afterAll(() => {
  file.remove()
  entries.remove()
})

const keys = (command: string[], given: Record<string, string> = {}) =>
  run(['node', 'scripts/api-keys.ts', ...command], { env: { ...settings, ...given } })

const form = /gk_[\w-]{43}_[\w-]{6}/

test('a key is made, shown once, listed without itself, and revoked', async () => {
  const made = await keys(['create', 'Nightly import', '--providers', 'acme', '--org', 'org_1'])
  expect(made.output).toMatch(form)
  expect(made.output).toContain(
    '"Nightly import" may ask for tokens of acme for users of org_1, until 20',
  )
  expect(made.output).toContain('it is shown this once')
  expect(made.code).toBe(0)
  const listed = await keys(['list'])
  expect(listed.output).toMatch(/^NAME +PROVIDERS +ORG +CREATED +EXPIRES +STATE +ID$/m)
  expect(listed.output).toMatch(/^Nightly import +acme +org_1 +20.{8} +20.{8} +alive +[\w-]{36}$/m)
  expect(listed.output).not.toMatch(/gk_|[0-9a-f]{64}/)
  expect((await keys(['revoke', 'Nightly import'])).output).toContain('is revoked')
  expect((await keys(['list'])).output).toContain(' revoked ')
  const { output } = await keys(['history'])
  const whose = '"Nightly import" \\([\\w-]{36}\\): acme for users of org_1'
  expect(output).toMatch(new RegExp(`revoked  ${whose}\n.* created  ${whose}\n`))
})

test.each([
  ['an unknown provider', ['create', 'a', '--providers', 'acme,gihub'], 'Offered here: acme.'],
  ['no provider', ['create', 'a'], 'Offered here: acme.'],
  ['a bad time', ['create', 'a', '--providers', '*', '--expires', '90'], '12h, 90d or 8w'],
  ['a bad name', ['create', '<b>', '--providers', '*'], 'cannot be a key'],
  ['no name', ['create', '--providers', '*'], 'cannot be a key'],
  ['a key that is not there', ['revoke', 'nobody'], 'No living key is called "nobody"'],
  ['an unknown option', ['list', '--all'], 'npm run keys -- list'],
  ['an unknown command', ['constructor'], 'npm run keys -- create'],
  ['nothing', [], 'npm run keys -- create'],
])('%s is refused with a sentence', async (_, command, said) => {
  const { code, output } = await keys(command)
  expect([code, output]).toEqual([1, expect.stringContaining(said)])
  expect(output).not.toMatch(/gk_|\n +at /)
})

test('a name that is taken is told', async () => {
  const command = ['create', 'twice', '--providers', '*', '--expires', 'never']
  expect((await keys(command)).output).toContain('tokens of *, without an end')
  const { code, output } = await keys(command)
  expect([code, output]).toEqual([1, expect.stringContaining('A living key is called "twice"')])
})

test('on Postgres too, once it is migrated', async () => {
  const given = { DATABASE_URL: await createDatabase(inject('postgresUrl')) }
  const early = await keys(['list'], given)
  expect([early.code, early.output]).toEqual([1, expect.stringContaining('npm run db:migrate')])
  await run(['node', 'scripts/db-migrate.ts'], { env: { ...settings, ...given } })
  expect((await keys(['list'], given)).output).toContain('There are no keys yet')
  expect((await keys(['create', 'a', '--providers', 'acme'], given)).output).toMatch(form)
})
