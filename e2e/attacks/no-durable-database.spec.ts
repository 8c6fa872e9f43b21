import { askApi, fullToken, userEndpoints } from '../api.ts'
import { apiKey } from '../api-key.ts'
import type { Visitor } from '../browser-client.ts'
import { cron } from '../cron.ts'
import { startDatabase } from '../databases.ts'
import { expect, test } from '../fixtures.ts'
import { approve, connect, requestStart, start, visitCallback } from '../flow.ts'
import { askAsJob } from '../job.ts'
import { machineToken } from '../machine-token.ts'
import { expectError, expectOk } from '../outcome.ts'
import { inOwnWorld } from '../own-world.ts'
import { codeIn, newVerifier, openStart, spaOf } from '../spa.ts'
import type { World } from '../world.ts'

/** As at Vercel, where a file does not outlive the function that wrote it. */
const atVercel = { VERCEL: '1', VERCEL_ENV: 'production' }

test('without a durable database nothing is connected, and what was under way is not redeemed', async () => {
  test.setTimeout(120_000)
  await inOwnWorld({ database: 'sqlite' }, async ({ world, visit }) => {
    const alice = await visit('alice')
    expectOk(await connect(alice))
    const { authorizationUrl } = await start(alice)
    const callback = await approve(authorizationUrl)
    const redeemed = world.providers.acme.calls('/token').length
    await withoutDatabase(world, async () => {
      expectError(await visitCallback(alice, callback), 'storage_unavailable')
      expectError(await requestStart({ visitor: alice }), 'storage_unavailable')
      await pagesExplain(alice)
    })
    expect(world.providers.acme.calls('/token')).toHaveLength(redeemed)
    expect(world.providers.acme.calls('/authorize')).toHaveLength(2)
  })
})

test('without a durable database jobs, SPAs and the clock are refused, with the code that says why', async () => {
  test.setTimeout(120_000)
  await inOwnWorld({ database: 'sqlite' }, async ({ world, visit }) => {
    const spa = await spaOf(world, 'alice')
    const { startUrl } = await spa.ticket()
    const [key, machine] = [await apiKey(world), await machineToken(world.login)]
    const token = await fullToken(world, 'alice')
    await withoutDatabase(world, async () => {
      for (const proof of [key, machine])
        expect(await askAsJob(world.app, proof)).toMatchObject({
          status: 503,
          code: 'storage_unavailable',
        })
      expectError(await openStart(await visit(), startUrl), 'storage_unavailable')
      const [handle, verifier] = [newVerifier(), newVerifier()]
      for (const answer of [await spa.ask(), await spa.complete({ handle, verifier })])
        expect([answer.status, codeIn(answer)]).toEqual([503, 'storage_unavailable'])
      for (const { method, path } of userEndpoints(crypto.randomUUID())) {
        const answer = await askApi(world, path, { method, token })
        expect([path, answer.status, codeIn(answer)]).toEqual([path, 503, 'storage_unavailable'])
      }
      expect(await cron(world)).toMatchObject({ status: 503, body: '{"status":"incomplete"}' })
    })
  })
})

test('with Postgres the same settings of Vercel change nothing', async () => {
  test.setTimeout(120_000)
  const { named, stop } = await startDatabase('postgres')
  try {
    await inOwnWorld({ ...named, env: atVercel }, async ({ world, visit }) => {
      const ready = await fetch(`${world.appUrl}/api/ready`)
      expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready' }])
      expectOk(await connect(await visit('alice')))
      expect((await fetch(`${world.appUrl}/no-database`)).status).toBe(404)
      expect(await cron(world)).toMatchObject({ status: 200, body: '{"status":"done"}' })
    })
  } finally {
    await stop()
  }
})

/** The app comes back without one, as after a deploy; not a byte is written meanwhile. */
async function withoutDatabase(world: World, walk: () => Promise<void>): Promise<void> {
  await world.restart(atVercel)
  const before = await world.rows.dump()
  const ready = await fetch(`${world.appUrl}/api/ready`)
  expect([ready.status, await ready.json()]).toEqual([
    503,
    { status: 'not_ready', lacks: 'database', code: 'storage_unavailable' },
  ])
  await walk()
  expect((await world.rows.dump()) === before, 'nothing was written').toBe(true)
}

async function pagesExplain(alice: Visitor): Promise<void> {
  const pages = ['/', '/integrations', '/integrations/acme', '/activity', '/docs/api', '/none']
  for (const path of [...pages, '/auth/login', '/auth/callback?code=c&state=s', '/auth/logout']) {
    const { status, body, headers } = await alice.get(path)
    expect([path, status]).toEqual([path, 503])
    expect(body, path).toContain('Nothing can be connected here yet')
    expect(headers['cache-control'], path).toContain('no-store')
    expect(headers['set-cookie'], path).toBeUndefined()
  }
}
