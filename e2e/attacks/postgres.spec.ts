import { openDatabase } from '#db'
import {
  createDatabase,
  startPostgres,
  type TestPostgres,
} from '../../db/testing/embedded-postgres.ts'
import { type Visitor, visitor } from '../browser-client.ts'
import { disconnect } from '../disconnect.ts'
import { expect, test } from '../fixtures.ts'
import { approve, connect, start, visitCallback } from '../flow.ts'
import { expectInvariants } from '../invariants.ts'
import { expectError, expectOk } from '../outcome.ts'
import { inOwnWorld } from '../own-world.ts'
import { startWorld, type World } from '../world.ts'

/** What the database decides, tried on Postgres too. */
let postgres: TestPostgres
let world: World
let alice: Visitor
let bob: Visitor
test.beforeAll(async () => {
  postgres = await startPostgres()
  const databaseUrl = await createDatabase(postgres.url)
  await (await openDatabase(databaseUrl, { migrate: true })).close()
  world = await startWorld({ databaseUrl })
})
test.beforeEach(async () => {
  await world.rows.clear()
  for (const provider of Object.values(world.providers)) provider.reset()
  alice = await loggedIn('alice')
  bob = await loggedIn('bob')
})
test.afterEach(async () => {
  const output = world.output()
  await expectInvariants({ world, visitors: [alice, bob], output, excepted: new Set() })
})
test.afterAll(async () => {
  await world.stop()
  await postgres.stop()
})

test('the walk on Postgres: connect, reconnect, disconnect, connect again', async () => {
  expectOk(await connect(alice))
  const [first] = await living()
  expectOk(await connect(alice))
  expect(await living()).toMatchObject([{ id: first?.id, version: Number(first?.version) + 1 }])
  expectOk(await connect(alice, 'acme', { account: 'other' }))
  expect(await living()).toHaveLength(2)
  for (const _ of [1, 2]) expect((await disconnect(alice)).outcome).toBe('revoked')
  expect(await living()).toEqual([])
  expectOk(await connect(alice))
  expect((await living()).map(({ id }) => id)).not.toContain(first?.id)
  expect((await alice.get('/activity')).status).toBe(200)
})

test('ST-05 on Postgres, of twenty identical callbacks at once, one goes on', async () => {
  const { authorizationUrl } = await start(alice)
  const callback = await approve(authorizationUrl)
  const cookie = alice.jar.header(callback)
  const answers = await Promise.all(
    Array.from({ length: 20 }, () =>
      alice.get(callback, { cookie, headers: { 'sec-fetch-dest': 'document' } }),
    ),
  )
  const outcomes = answers.map(({ location }) => location?.searchParams.get('error'))
  expect(outcomes.filter((error) => error === null)).toHaveLength(1)
  expect(outcomes.filter((error) => error === 'invalid_state')).toHaveLength(19)
  expect(world.providers.acme.calls('/token')).toHaveLength(1)
  expect(await living()).toHaveLength(1)
})

test('RF-22 on Postgres, two connects of one account at once leave one grant', async () => {
  const flows = [await start(alice), await start(alice)]
  const callbacks = await Promise.all(flows.map((flow) => approve(flow.authorizationUrl)))
  for (const end of await Promise.all(callbacks.map((url) => visitCallback(alice, url))))
    expectOk(end)
  expect(await living()).toMatchObject([{ version: 2 }])
})

test('RV-01 on Postgres, a disconnect revokes and leaves a tombstone without tokens', async () => {
  const { acme } = world.providers
  expectOk(await connect(alice))
  const [token = ''] = acme.families.at(-1)?.refreshTokens.keys() ?? []
  expect((await disconnect(alice)).outcome).toBe('revoked')
  expect(acme.isLive(token)).toBe(false)
  expect(await world.rows.all('grants')).toMatchObject([
    { status: 'disconnected', access_token: null, refresh_token: null, revocation: 'revoked' },
  ])
})

test('RV-02 on Postgres, a failed revocation waits, is tried again, and is given up', async () => {
  const { acme } = world.providers
  acme.ctl({ endpoint: 'revoke', status: 503 })
  for (const end of ['revoked_later', 'revocation_given_up']) {
    expectOk(await connect(alice))
    expect((await disconnect(alice)).outcome).toBe('failed')
    expect(await living()).toEqual([])
    const [waiting] = await world.rows.all('pending_revocations')
    expect(waiting?.token).toMatch(/^gk1\.1\./)
    if (end === 'revoked_later') acme.reset()
    else await world.rows.execute('update pending_revocations set expires_at = 1')
    await world.rows.execute('update pending_revocations set next_attempt_at = 0')
    // Such work is done after a connect, too.
    expectOk(await connect(bob, 'plain'))
    await expect.poll(() => world.rows.all('pending_revocations')).toEqual([])
    expect((await world.rows.all('events')).map(({ type }) => type)).toContain(end)
    acme.ctl({ endpoint: 'revoke', status: 503 })
  }
})

test('RV-06 on Postgres, tokens that cannot be stored are revoked', async () => {
  const { acme } = world.providers
  const during = () => world.rows.execute('alter table grants rename to lost')
  acme.ctl({ endpoint: 'token', nth: 1, during })
  expectError(await connect(alice), 'storage_unavailable')
  await world.rows.execute('alter table lost rename to grants')
  const [token = ''] = acme.families.at(-1)?.refreshTokens.keys() ?? []
  expect(token).not.toBe('')
  expect(acme.isLive(token)).toBe(false)
  expect(await living()).toEqual([])
  expectOk(await connect(alice))
})

test('what is not ready is told, with no more than its name', async () => {
  const ready = async () => {
    const { status, body } = await alice.get('/api/ready')
    return [status, JSON.parse(body)]
  }
  expect(await ready()).toEqual([200, { status: 'ready' }])
  await world.rows.execute('alter table schema_migrations rename to lost')
  expect(await ready()).toEqual([
    503,
    { status: 'not_ready', lacks: 'migrations', code: 'storage_unavailable' },
  ])
  await world.rows.execute('alter table lost rename to schema_migrations')
  expect(await ready()).toEqual([200, { status: 'ready' }])
  const { status, body } = await alice.get('/api/health')
  expect([status, body]).toEqual([200, '{"status":"alive"}'])
})

test('an app that is newer than its database waits for the migrations', async () => {
  test.setTimeout(120_000)
  const databaseUrl = await createDatabase(postgres.url)
  await inOwnWorld({ databaseUrl }, async ({ world: own }) => {
    const ready = async () => (await fetch(`${own.appUrl}/api/ready`)).json()
    expect(await ready()).toMatchObject({ status: 'not_ready', lacks: 'migrations' })
    await (await openDatabase(databaseUrl, { migrate: true })).close()
    expect(await ready()).toEqual({ status: 'ready' })
  })
})

async function living() {
  const rows = await world.rows.all('grants')
  return rows.filter(({ provider, status }) => provider === 'acme' && status !== 'disconnected')
}

async function loggedIn(user: string): Promise<Visitor> {
  const one = visitor({ name: user, appUrl: world.appUrl })
  await one.login(user)
  return one
}
