import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv as parseLines } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseEnv } from '#lib/env'
import { readEnvFile } from './env-file.ts'
import { printedKeys, setUp } from './setup.ts'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'grantkeeper-setup-'))
  file = join(folder, '.env.local')
})
afterEach(() => rmSync(folder, { recursive: true }))

const given = {
  APP_BASE_URL: 'https://app.example.com/',
  AUTH0_DOMAIN: 'https://acme.eu.auth0.com/',
  AUTH0_CLIENT_ID: 'client',
  AUTH0_CLIENT_SECRET: "it's $ecret #1",
}

test('set-up writes settings with which the app starts, for nobody else to read', async () => {
  await setUp({ file, given, ask: undefined })
  const env = parseEnv(readEnvFile(file))
  expect(env.APP_BASE_URL).toEqual(['https://app.example.com'])
  expect(env.AUTH0_DOMAIN).toBe('acme.eu.auth0.com')
  expect(env.VAULT_KEYS.size).toBe(1)
  expect(env.CRON_SECRET).toHaveLength(64)
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('a second set-up keeps every value that is there, and says so', async () => {
  writeFileSync(file, 'VAULT_KEYS=mine\nGITHUB_CLIENT_ID=abc')
  const told = await setUp({ file, given, ask: undefined })
  const first = readFileSync(file, 'utf8')
  expect(readEnvFile(file)).toMatchObject({ VAULT_KEYS: 'mine', GITHUB_CLIENT_ID: 'abc' })
  expect(told).toMatch(/Kept as they were: .*VAULT_KEYS/)
  await setUp({ file, given: { AUTH0_DOMAIN: 'other.auth0.com' }, ask: undefined })
  expect(readFileSync(file, 'utf8')).toBe(first)
})

test('two set-ups make different keys', async () => {
  await setUp({ file, given, ask: undefined })
  const other = join(folder, 'other')
  await setUp({ file: other, given, ask: undefined })
  for (const name of ['VAULT_KEYS', 'TRANSACTION_KEYS', 'AUTH0_SECRET', 'CRON_SECRET'])
    expect(readEnvFile(file)[name]).not.toBe(readEnvFile(other)[name])
})

test('set-up asks for what no flag gave, and tells what to register where', async () => {
  const asked: string[] = []
  const told = await setUp({
    file,
    given: { AUTH0_DOMAIN: 'acme.auth0.com' },
    ask: async (question) => {
      asked.push(question)
      return /secret/.test(question) ? 's' : ''
    },
  })
  expect(asked.join()).not.toContain('Auth0 domain')
  expect(told).toContain('http://localhost:3000/auth/callback')
  expect(told).toContain('http://localhost:3000/api/integrations/{id}/callback')
  expect(told).toContain('Still missing, fill them in there: AUTH0_CLIENT_ID')
})

test('set-up refuses a base URL with a path', async () => {
  const wrong = { ...given, APP_BASE_URL: 'https://app.example.com/app' }
  await expect(setUp({ file, given: wrong, ask: undefined })).rejects.toThrow('no path')
})

test('secrets can be printed to be pasted elsewhere: fresh each time, and the app takes them', () => {
  const [first, second] = [parseLines(printedKeys()), parseLines(printedKeys())]
  expect(first.VAULT_KEYS).not.toBe(second.VAULT_KEYS)
  const env = parseEnv({
    ...{ ...given, APP_BASE_URL: 'https://app.example.com', AUTH0_DOMAIN: 'acme.eu.auth0.com' },
    ...first,
  })
  expect([env.VAULT_KEYS.size, env.TRANSACTION_KEYS.size]).toEqual([1, 1])
})
