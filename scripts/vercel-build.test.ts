import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, inject, onTestFinished, test } from 'vitest'
import { openDatabase } from '#db'
import { settingsOf } from '#lib/testing/settings'
import { createDatabase } from '../db/testing/embedded-postgres.ts'
import { migrationTrouble } from './migrate.ts'
import { prepareBuild as prepareIn } from './vercel-build.ts'

/** Without a developer's own settings, as the clone is that Vercel builds. */
const clone = mkdtempSync(join(tmpdir(), 'grantkeeper-clone-'))
afterAll(() => rmSync(clone, { recursive: true }))

const prepareBuild = (variables: Record<string, string>, folder = clone) =>
  prepareIn(variables, folder)

const fresh = () => createDatabase(inject('postgresUrl'))

const atVercel = (given: Record<string, string>) =>
  settingsOf({ VERCEL: '1', VERCEL_ENV: 'production', ...given })

test('the build for production migrates; two at once are safe, and a second finds nothing to do', async () => {
  const settings = atVercel({ DATABASE_URL: await fresh() })
  const said = await Promise.all([prepareBuild(settings), prepareBuild(settings)])
  expect(said).toEqual(['The database is up to date.', 'The database is up to date.'])
  expect(await prepareBuild(settings)).toBe('The database is up to date.')
})

test('the build of a preview migrates nothing, unless it is told to', async () => {
  const settings = atVercel({ DATABASE_URL: await fresh(), VERCEL_ENV: 'preview' })
  expect(await prepareBuild(settings)).toContain('MIGRATE_PREVIEWS is not true')
  await expect(openDatabase(settings.DATABASE_URL ?? '')).rejects.toThrow('storage_unavailable')
  const production = await fresh()
  const willing = { ...settings, MIGRATE_PREVIEWS: 'true', DATABASE_URL_UNPOOLED: production }
  expect(await prepareBuild(willing)).toContain('up to date')
  // Neon's own setting may be production's, set for all environments alike.
  await expect(openDatabase(production)).rejects.toThrow('storage_unavailable')
})

test('migrations go past the pooler, and only to the database that the app uses', async () => {
  const [url, other] = [await fresh(), await fresh()]
  const closed = 'postgres://127.0.0.1:1/none'
  expect(await failure({ DATABASE_URL: url, DATABASE_URL_UNPOOLED: closed })).toContain(
    'could not be brought up to date',
  )
  expect(await failure({ DATABASE_URL: url, DATABASE_URL_UNPOOLED: other })).toContain(
    'leads to another database',
  )
  const both = atVercel({ DATABASE_URL: url, DATABASE_URL_UNPOOLED: url })
  expect(await prepareBuild(both)).toContain('up to date')
})

test('without a durable database the build goes on, and says what the app will say', async () => {
  expect(await prepareBuild(atVercel({ DATABASE_URL: '' }))).toContain('names no Postgres')
  expect(await prepareBuild(atVercel({ DATABASE_URL: 'file:./x.db' }))).toContain('no Postgres')
})

test('what is wrong fails the build with a sentence, and without the secrets of the URL', async () => {
  const url = 'postgres://someone:hush-hush@127.0.0.1:1/none'
  const said = await failure({ DATABASE_URL: url })
  expect(said).toContain('The database could not be brought up to date')
  expect(said).not.toContain('hush-hush')
  expect(await failure({ VAULT_KEYS: '' })).toContain('VAULT_KEYS is missing')
  expect(await failure({ PROVIDERS_FILE: './nowhere.json' })).toContain('there is no such file')
})

test('a file of settings that would be copied into the functions fails the build', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'grantkeeper-env-files-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, '.env.example'), '')
  expect(await prepareBuild(atVercel({ DATABASE_URL: '' }), folder)).toContain('no Postgres')
  writeFileSync(join(folder, '.env.production'), 'VAULT_KEYS=')
  expect(await failure({ DATABASE_URL: '' }, folder)).toContain('.env.production would be copied')
})

async function failure(given: Record<string, string>, folder?: string): Promise<string> {
  return prepareBuild(atVercel(given), folder).then(
    () => 'It did not fail.',
    (error: unknown) => migrationTrouble(error),
  )
}
