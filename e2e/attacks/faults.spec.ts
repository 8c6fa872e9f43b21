import { writeFile } from 'node:fs/promises'
import { type Answer, type Visitor, visitor } from '../browser-client.ts'
import { expect, test } from '../fixtures.ts'
import { approve, connect, requestStart, start, visitCallback } from '../flow.ts'
import { expectError, expectOk } from '../outcome.ts'
import { lockTables, refuseWrites } from '../refused-writes.ts'
import { key } from '../settings.ts'
import { freePort } from '../stand-in/server.ts'
import { startWorld, type World } from '../world.ts'

test('LK-09 with the database locked, start and callback still answer with a redirect', async ({
  newVisitor,
  grants,
  tokenCalls,
  world,
}) => {
  const alice = await newVisitor('alice')
  const newcomer = await newVisitor('bob')
  const callback = await approve((await start(alice)).authorizationUrl)
  await world.rows.execute("delete from users where sub = 'auth0|bob'")
  const unlock = await lockTables(world)
  try {
    // A start writes nothing, so it works; but a new user has to be remembered.
    expect((await requestStart({ visitor: alice })).location?.pathname).toBe('/authorize')
    expectError(await requestStart({ visitor: newcomer }), 'storage_unavailable')
    expectError(await visitCallback(alice, callback), 'storage_unavailable')
  } finally {
    await unlock()
  }
  expect(tokenCalls()).toBe(0)
  expect(await grants('alice')).toEqual([])
  expectOk(await connect(alice))
})

for (const table of ['users', 'used_transactions', 'grants', 'events', 'vault_canaries'])
  test(`LK-09 without the table ${table}, start and callback still answer with a redirect`, async ({
    alice,
    world,
    grants,
  }) => {
    const callback = await approve((await start(alice)).authorizationUrl)
    await world.rows.execute(`alter table ${table} rename to away`)
    try {
      expectRedirect(await requestStart({ visitor: alice, query: { grant: crypto.randomUUID() } }))
      const answer = await visitCallback(alice, callback)
      expectRedirect(answer)
      // A good canary is looked at once a process.
      const errors = table === 'vault_canaries' ? [null] : ['server_error', 'storage_unavailable']
      expect(errors).toContain(errorOf(answer))
    } finally {
      await world.rows.execute(`alter table away rename to ${table}`)
    }
    if (table === 'grants' || table === 'events') expect(await grants('alice')).toEqual([])
  })

/** As on a full disk: what is there can be read, and one more row cannot be written. */
for (const table of ['used_transactions', 'grants', 'events'] as const)
  test(`LK-09 when ${table} takes no further row, what was received is revoked`, async ({
    alice,
    world,
    grants,
  }) => {
    const callback = await approve((await start(alice)).authorizationUrl)
    const before = world.providers.acme.families.length
    const mend = await refuseWrites(world.rows, { operation: 'insert', table })
    try {
      const error = errorOf(await visitCallback(alice, callback))
      expect(['server_error', 'storage_unavailable']).toContain(error)
    } finally {
      await mend()
    }
    expect(await grants('alice')).toEqual([])
    const received = world.providers.acme.families.slice(before)
    expect(received).toHaveLength(table === 'used_transactions' ? 0 : 1)
    for (const { isEnded } of received) expect(isEnded).toBe(true)
  })

for (const template of ['deep', 'many_keys', 'big_token', 'gzip_bomb', 'html', 'empty'] as const)
  test(`LK-09 a token response that is ${template} ends in a redirect`, async ({
    alice,
    world,
  }) => {
    world.providers.acme.ctl({ endpoint: 'token', template })
    const answer = await connect(alice)
    expect(['exchange_failed', 'temporarily_unavailable']).toContain(errorOf(answer))
  })

test('LK-09 with the login issuer down, whoever is logged in goes on, and others get a redirect', async () => {
  await inOwnWorld(async (world, alice) => {
    await world.login.close()
    await world.restart()
    expectOk(await connect(alice))
    alice.jar.restore([])
    expectRedirect(await requestStart({ visitor: alice }))
    expectError(await alice.get('/api/integrations/acme/callback?code=x'), 'invalid_state')
    const { body, status, headers } = await alice.get('/auth/login')
    expect([status, headers['retry-after']]).toEqual([503, expect.stringMatching(/^\d+$/)])
    expect(headers['content-type']).toMatch(/^text\/html/)
    expect(body).not.toMatch(/\n\s+at |Error:|ECONNREFUSED|node_modules/)
  })
})

test('LK-09 with other vault keys, start and callback answer with a redirect and ask nobody', async () => {
  await inOwnWorld(async (world, alice) => {
    expectOk(await connect(alice, 'plain'))
    const right = world.env.VAULT_KEYS ?? ''
    for (const wrong of [key(1), key(2)]) {
      const callback = await approve((await start(alice)).authorizationUrl)
      await world.restart({ VAULT_KEYS: wrong })
      expectError(await requestStart({ visitor: alice }), 'storage_unavailable')
      expectError(await visitCallback(alice, callback), 'storage_unavailable')
      expect(world.providers.acme.calls('/token')).toEqual([])
      expect((await alice.get('/api/ready')).status).toBe(503)
      await world.restart({ VAULT_KEYS: right })
    }
    expectOk(await connect(alice))
  })
})

for (const [name, broken] of Object.entries({
  'a file that is no database': async () => `file:${await fileOfText()}`,
  'a path that cannot be opened': async () => `file:${await fileOfText()}/below`,
  'a Postgres that is down': async () => `postgres://app:secret@127.0.0.1:${await freePort()}/gk`,
}))
  test(`LK-09 with ${name}, start and callback answer with a redirect`, async () => {
    await inOwnWorld(async (world, alice) => {
      const callback = await approve((await start(alice)).authorizationUrl)
      await world.restart({ DATABASE_URL: await broken() })
      expectError(await requestStart({ visitor: alice }), 'storage_unavailable')
      expectError(await visitCallback(alice, callback), 'storage_unavailable')
      expectError(await alice.get('/api/integrations/nobody/start'), 'unknown_provider')
      expect(world.providers.acme.calls('/token')).toEqual([])
      expect(world.app.output()).not.toContain('app:secret')
    })
  })

async function inOwnWorld(attempt: (world: World, alice: Visitor) => Promise<void>): Promise<void> {
  test.setTimeout(180_000)
  const world = await startWorld()
  const alice = visitor({ name: 'alice', appUrl: world.appUrl })
  try {
    await alice.login('alice')
    await attempt(world, alice)
    expect(world.app.isAlive()).toBe(true)
  } finally {
    await world.stop()
  }
}

function expectRedirect({ status, location, headers, body }: Answer): void {
  expect([302, 303]).toContain(status)
  expect(location).toBeDefined()
  expect(headers['cache-control']).toContain('no-store')
  expect(body).toBe('')
}

function errorOf(answer: Answer): string | null | undefined {
  expectRedirect(answer)
  return answer.location?.searchParams.get('error')
}

async function fileOfText(): Promise<string> {
  const path = test.info().outputPath('text.db')
  await writeFile(path, 'This is no database.\n'.repeat(1000))
  return path
}
