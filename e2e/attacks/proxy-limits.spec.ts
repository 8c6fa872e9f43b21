import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { requestTo, type Visitor } from '../browser-client.ts'
import { expect, test } from '../fixtures.ts'
import { connect } from '../flow.ts'
import { apiCalls, callApi, expectProblem, ownPage, rawCall, statusOf } from '../proxied.ts'
import { reconfigure } from '../reconfigure.ts'
import { startSlowServer } from '../stand-in/slow-server.ts'
import type { World } from '../world.ts'

const mebibyte = 1024 * 1024
/** Three times TOKEN_DEADLINE_MS without a sign of life, twelve times in all. */
const idleMs = 4500

test.beforeEach(async ({ alice }) => void (await connect(alice)))

test('PX-12 an upload that says it is too large is refused before it begins', async ({
  alice,
  world,
}) => {
  const lines = [`Content-Length: ${1024 * mebibyte}`, 'Content-Type: text/plain']
  const answer = await rawCall(world, alice, { path: 'x', method: 'POST', lines, body: 'x' })
  expect(statusOf(answer)).toBe(413)
  expect(apiCalls(world)).toEqual([])
})

test('PX-12 an upload that becomes too large is ended', async ({ alice, world }) => {
  const before = residentBytes(world)
  const { status, sent } = await upload(world, alice, 1024 * mebibyte)
  expect([413, undefined]).toContain(status)
  expect(sent).toBeLessThan(128 * mebibyte)
  expect(residentBytes(world) - before).toBeLessThan(200 * mebibyte)
})

for (const template of ['endless', 'gzip_bomb'] as const)
  test(`PX-12 an answer without end is cut off, and fills no memory: ${template}`, async ({
    alice,
    world,
  }) => {
    world.providers.acme.ctl({ endpoint: 'api', template })
    const before = residentBytes(world)
    const received = await download(world, alice)
    expect(received).toBeLessThanOrEqual(64 * mebibyte)
    expect(residentBytes(world) - before).toBeLessThan(250 * mebibyte)
  })

test('PX-12 an answer that says it is too large is refused', async ({ alice, world }) => {
  const headers = { 'content-length': String(1024 * mebibyte) }
  world.providers.acme.ctl({ endpoint: 'api', headers })
  expectProblem(await callApi(alice, 'x'), 502, 'provider_error')
})

test('PX-12 a client that reads slowly holds the API up, not the app’s memory', async ({
  alice,
  world,
}) => {
  world.providers.acme.ctl({ endpoint: 'api', template: 'endless' })
  const before = residentBytes(world)
  const received = await download(world, alice, { readsFor: 500 })
  expect(received).toBeLessThan(32 * mebibyte)
  expect(residentBytes(world) - before).toBeLessThan(64 * mebibyte)
})

test('PX-12 an upload that stops is given up', async ({ alice, world }) => {
  const since = Date.now()
  const lines = ['Transfer-Encoding: chunked']
  const raw = { path: 'x', method: 'POST', lines, body: '5\r\nhello\r\n' }
  expect(statusOf(await rawCall(world, alice, raw, 15_000))).toBe(504)
  expect(Date.now() - since).toBeGreaterThan(idleMs - 500)
})

test('PX-12 an answer that drips is cut off in the end', async ({ alice, world }) => {
  const since = Date.now()
  world.providers.acme.ctl({ endpoint: 'api', body: 'x'.repeat(1000), drip_bytes_per_s: 2 })
  expectProblem(await callApi(alice, 'x'), 504, 'temporarily_unavailable')
  expect(Date.now() - since).toBeGreaterThan(4 * idleMs - 500)
})

test('PX-12 a client that leaves takes the call to the API along', async ({ alice, world }) => {
  const slow = await startSlowServer()
  const restore = await reconfigure(world, { entries: { acme: { api: [`${slow.url}/v1/`] } } })
  try {
    for (const how of ['silent', 'after headers', 'byte by byte', 'never ends'] as const) {
      slow.slowness(how)
      const leave = open(world, alice)
      await expect.poll(slow.open).toBe(1)
      await sleep(300)
      leave()
      await expect.poll(slow.open, { timeout: 2000 }).toBe(0)
    }
  } finally {
    await restore()
    await slow.close()
  }
})

test('PX-12 one user has 64 calls open at most, and keeps nobody else from calling', async ({
  alice,
  bob,
  world,
}) => {
  await connect(bob)
  world.providers.acme.ctl({ endpoint: 'api', template: 'stall' })
  const leaving = Array.from({ length: 64 }, () => open(world, alice))
  await expect.poll(() => apiCalls(world).length).toBe(64)
  const refused = await callApi(alice, 'x')
  expectProblem(refused, 429, 'rate_limited')
  expect(refused.headers['retry-after']).toBe('1')
  world.providers.acme.reset()
  expect((await callApi(bob, 'x')).status).toBe(200)
  for (const leave of leaving) leave()
  await expect.poll(async () => (await callApi(alice, 'x')).status).toBe(200)
})

/** Opens a call, and gives what ends it from the client's side. */
function open({ appUrl }: World, visitor: Visitor, method = 'GET') {
  const url = new URL('/api/integrations/acme/proxy/x', appUrl)
  const headers = { ...ownPage, cookie: visitor.jar.header(url) ?? '' }
  const outgoing = requestTo(url, { method, headers })
  outgoing.on('error', () => {})
  outgoing.on('response', (incoming) => incoming.resume().on('error', () => {}))
  outgoing.end()
  return () => void outgoing.destroy()
}

/** How many bytes of a body arrive before it ends; `readsFor`: milliseconds of not reading at all. */
function download(
  { appUrl }: World,
  visitor: Visitor,
  { readsFor = 0 }: { readsFor?: number } = {},
): Promise<number> {
  const url = new URL('/api/integrations/acme/proxy/x', appUrl)
  const headers = { ...ownPage, cookie: visitor.jar.header(url) ?? '' }
  return new Promise((resolve) => {
    let size = 0
    const outgoing = requestTo(url, { headers })
    outgoing.on('error', () => resolve(size))
    outgoing.on('response', (incoming) => {
      incoming.on('close', () => resolve(size)).on('error', () => {})
      incoming.on('data', (chunk: Buffer) => {
        size += chunk.length
      })
      if (!readsFor) return
      incoming.pause()
      setTimeout(() => outgoing.destroy(), readsFor + 1500)
    })
    outgoing.end()
  })
}

/** Sends up to so many bytes in chunks, as fast as they are taken. */
function upload(
  { appUrl }: World,
  visitor: Visitor,
  bytes: number,
): Promise<{ status: number | undefined; sent: number }> {
  const url = new URL('/api/integrations/acme/proxy/x', appUrl)
  const headers = { ...ownPage, cookie: visitor.jar.header(url) ?? '' }
  const chunk = Buffer.alloc(64 * 1024, 'x')
  return new Promise((resolve) => {
    let sent = 0
    const outgoing = requestTo(url, { method: 'POST', headers })
    const done = (status?: number) => {
      resolve({ status, sent })
      outgoing.destroy()
    }
    outgoing.on('error', () => done())
    outgoing.on('response', ({ statusCode }) => done(statusCode))
    const write = (): void => {
      while (sent < bytes && !outgoing.destroyed) {
        sent += chunk.length
        if (!outgoing.write(chunk)) return void outgoing.once('drain', write)
      }
      outgoing.end()
    }
    write()
  })
}

/** What the app's process holds in memory. */
function residentBytes({ app }: World): number {
  const [, kibibytes = '0'] =
    /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${app.pid}/status`, 'utf8')) ?? []
  return Number(kibibytes) * 1024
}
