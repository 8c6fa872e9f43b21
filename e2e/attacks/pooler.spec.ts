import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { expect, test } from 'playwright/test'
import { prepareBuild } from '#scripts/vercel-build'
import {
  createDatabase,
  startPostgres,
  type TestPostgres,
} from '../../db/testing/embedded-postgres.ts'
import { apiKey } from '../api-key.ts'
import { disconnect } from '../disconnect.ts'
import { connect } from '../flow.ts'
import { askAsJob } from '../job.ts'
import { expectOk } from '../outcome.ts'
import { inOwnWorld } from '../own-world.ts'
import { settings } from '../settings.ts'
import { startTransactionPooler, type TransactionPooler } from '../transaction-pooler.ts'

const atVercel = { VERCEL: '1', VERCEL_ENV: 'production' }

let postgres: TestPostgres
let pooler: TransactionPooler
test.beforeAll(async () => {
  postgres = await startPostgres()
  pooler = await startTransactionPooler(await createDatabase(postgres.url))
})
test.afterAll(async () => {
  await pooler?.close()
  await postgres?.stop()
})

test('the pooler of these tests hands sessions round: what one keeps is gone', async () => {
  const client = new pg.Client({ connectionString: pooler.url })
  await client.connect()
  await client.query('prepare kept as select 1')
  await expect(client.query('execute kept')).rejects.toThrow('does not exist')
  await client.end()
  const asking = new pg.Client({ connectionString: pooler.url, options: '-c search_path=x' })
  await expect(asking.connect()).rejects.toThrow('unsupported startup parameter')
})

test('behind a pooler by transaction, builds at once migrate once, and grants live as ever', async () => {
  test.setTimeout(120_000)
  // As Neon writes it; the server of the tests speaks no TLS.
  const databaseUrl = `${pooler.url}?sslmode=disable&channel_binding=require`
  const login = { AUTH0_DOMAIN: 'a.test', AUTH0_CLIENT_ID: 'a', AUTH0_CLIENT_SECRET: 'not-one' }
  const appUrl = 'https://app.test'
  const build = settings({ appUrl, port: 3000, databaseUrl }, { ...atVercel, ...login })
  // A clone, as Vercel has: a developer's own settings are not in it.
  const clone = await mkdtemp(join(tmpdir(), 'grantkeeper-clone-'))
  const builds = await Promise.all([1, 2, 3].map(() => prepareBuild(build, clone)))
  await rm(clone, { recursive: true })
  expect(new Set(builds)).toEqual(new Set(['The database is up to date.']))
  await inOwnWorld({ databaseUrl, env: atVercel }, async ({ world, visit }) => {
    const alice = await visit('alice')
    for (const _ of ['connect', 'reconnect']) expectOk(await connect(alice))
    const key = await apiKey(world)
    const jobs = Array.from({ length: 40 }, () => askAsJob(world.app, key))
    const pages = Array.from({ length: 10 }, () => alice.get('/integrations'))
    const answers = await Promise.all([...jobs, ...pages])
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect((await disconnect(alice)).outcome).toBe('revoked')
  })
})
