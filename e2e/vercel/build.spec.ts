import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'playwright/test'
import { openDatabase } from '#db'
import {
  createDatabase,
  startPostgres,
  type TestPostgres,
} from '../../db/testing/embedded-postgres.ts'
import { key, type Settings } from '../settings.ts'
import { type VercelBuild, vercelBuild } from './build.ts'
import { filesOf, functionAt, functionsOf, type Running, startFunction } from './functions.ts'

/** What must be found nowhere in a build. */
const secrets: Settings = {
  AUTH0_CLIENT_SECRET: randomBytes(24).toString('base64url'),
  AUTH0_SECRET: randomBytes(32).toString('hex'),
  VAULT_KEYS: key(),
  TRANSACTION_KEYS: key(),
  CRON_SECRET: randomBytes(24).toString('base64url'),
  MINE_CLIENT_SECRET: randomBytes(24).toString('base64url'),
  UNHEARD_OF: randomBytes(24).toString('base64url'),
}
const provider = {
  id: 'mine',
  name: 'Mine',
  authorization_endpoint: 'https://mine.example.com/authorize',
  token_endpoint: 'https://mine.example.com/token',
  scope: ['profile'],
  account: null,
  docs: 'https://mine.example.com/docs',
  manage: 'https://mine.example.com/manage',
}

let postgres: TestPostgres
let settings: Settings
let built: VercelBuild
test.beforeAll(async () => {
  test.setTimeout(300_000)
  postgres = await startPostgres()
  settings = { ...secrets, ...others(await createDatabase(postgres.url)) }
  built = await vercelBuild(settings, { 'my-providers.json': JSON.stringify([provider]) })
})
test.afterAll(async () => {
  built?.remove()
  await postgres?.stop()
})

test('the build brings the database up to date before it builds', async () => {
  expect(built.said).toContain('The database is up to date.')
  await (await openDatabase(settings.DATABASE_URL ?? '')).close()
})

test('the clock calls once a day, which every plan allows', () => {
  const { crons } = JSON.parse(readFileSync(join(built.output, 'config.json'), 'utf8'))
  expect(crons).toEqual([{ path: '/api/cron', schedule: expect.stringMatching(daily) }])
})

test('no function holds SQLite, a database, settings, or anything of the tests', () => {
  const functions = functionsOf(built.output)
  expect(functions.map(({ name }) => name)).toContain('_middleware.func')
  const kinds = [
    /(^|\/)better-sqlite3|\.node$/,
    /\.db(-wal|-shm)?$/,
    /(^|\/)\.env(?!\.example$)/,
    /^(e2e|scripts|bench|client|examples|docs|data|\.git|\.ci)\//,
    /\.(test|spec)\.tsx?$/,
    /(^|\/)(oidc-provider|playwright|vitest|embedded-postgres|@embedded-postgres|drizzle-kit|typescript)\//,
  ]
  for (const { name, files } of functions)
    for (const kind of kinds)
      expect([name, files.filter((file) => kind.test(file))]).toEqual([name, []])
})

test('no secret of the build is in what it made, nor in what it said', () => {
  const made = filesOf(built.output).map((file) => join(built.output, file))
  const texts = made.map((file) => [file, readFileSync(file, 'latin1')] as const)
  const leaks = [...texts, ['what it said', built.said] as const].flatMap(([where, text]) =>
    Object.keys(secrets).flatMap((name) =>
      text.includes(secrets[name] ?? '') ? `${name} in ${where}` : [],
    ),
  )
  expect(texts.length).toBeGreaterThan(100)
  expect(leaks).toEqual([])
})

test('no function is larger than 12 MB, of the 250 MB that Vercel takes', () => {
  const sizes = functionsOf(built.output).map(({ name, bytes }) => [name, bytes / 1e6] as const)
  console.log(sizes.map(([name, size]) => `${name} ${size.toFixed(1)} MB`).join('\n'))
  for (const [name, size] of sizes) expect(size, name).toBeLessThan(12)
})

test('the functions of the API run on what they hold, with the file of providers', async () => {
  await whileRunning('api/ready', settings, async ({ url }) => {
    const ready = await fetch(`${url}/api/ready`)
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready' }])
    const token = await fetch(`${url}/api/integrations/mine/token`, { method: 'POST' })
    expect(token.status).toBe(401)
    expect(await startAt(url, 'mine')).toContain('/auth/login?')
    expect(await startAt(url, 'yours')).toContain('error=unknown_provider')
  })
})

test('the function of the pages runs on what it holds', async () => {
  await whileRunning('index', settings, async ({ url }) => {
    const page = await fetch(url)
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('Log in')])
  })
})

test('the function of the clock runs on what it holds, for who knows the secret', async () => {
  await whileRunning('api/cron', settings, async ({ url }) => {
    expect((await fetch(`${url}/api/cron`)).status).toBe(401)
    const headers = { authorization: `Bearer ${settings.CRON_SECRET}` }
    const done = await fetch(`${url}/api/cron`, { headers })
    expect([done.status, await done.json()]).toEqual([200, { status: 'done' }])
  })
})

test('the function of the proxy runs on what it holds, and needs no database', async () => {
  const away = { ...settings, DATABASE_URL: 'postgres://127.0.0.1:1/none' }
  await whileRunning('_middleware', away, async ({ url }) => {
    const { headers } = await fetch(`${url}/integrations`)
    expect(headers.get('content-security-policy')).toContain("form-action 'self'")
    expect(headers.get('x-middleware-next')).toBe('1')
  })
})

test('deployed without a durable database, they say so and keep nothing', async () => {
  const { DATABASE_URL: _, ...without } = settings
  await whileRunning('_middleware', without, async ({ url }) => {
    const { headers, status } = await fetch(`${url}/integrations`)
    expect(status).toBe(503)
    expect(headers.get('x-middleware-rewrite')).toMatch(/\/no-database$/)
  })
  await whileRunning('index', without, async ({ url }) => {
    expect(await (await fetch(`${url}/no-database`)).text()).toContain('Nothing can be connected')
  })
  await whileRunning('api/ready', without, async ({ url }) => {
    expect(await (await fetch(`${url}/api/ready`)).json()).toMatchObject({ lacks: 'database' })
  })
})

const daily = /^\d{1,2} \d{1,2} \* \* \*$/

async function whileRunning(
  path: string,
  env: Settings,
  look: (running: Running) => Promise<void>,
): Promise<void> {
  const running = await startFunction(functionAt(built.output, path), env)
  try {
    await look(running)
    const coldStart = () => /First answer .*/.exec(running.output())?.[0]
    await expect.poll(coldStart).toBeDefined()
    console.log(`${path}: ${coldStart()}`)
  } finally {
    await running.stop()
  }
}

/** Where a start leads that nobody is logged in for. */
async function startAt(url: string, id: string): Promise<string> {
  const answer = await fetch(`${url}/api/integrations/${id}/start`, { redirect: 'manual' })
  return answer.headers.get('location') ?? ''
}

function others(databaseUrl: string): Settings {
  return {
    DATABASE_URL: databaseUrl,
    VERCEL: '1',
    VERCEL_ENV: 'production',
    VERCEL_PROJECT_PRODUCTION_URL: 'grants.example.com',
    AUTH0_DOMAIN: 'login.example.com',
    AUTH0_CLIENT_ID: 'the-app',
    PROVIDERS_FILE: './my-providers.json',
    MINE_CLIENT_ID: 'mine',
  }
}
