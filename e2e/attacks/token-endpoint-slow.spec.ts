import { readdir } from 'node:fs/promises'
import { type Answer, type Visitor, visitor } from '../browser-client.ts'
import { expect, test } from '../fixtures.ts'
import { approve, connect, start } from '../flow.ts'
import { expectInvariants } from '../invariants.ts'
import { expectError, expectOk } from '../outcome.ts'
import { type SlowServer, startDeafServer, startSlowServer } from '../stand-in/slow-server.ts'
import { providersFile } from '../stand-in/start.ts'
import { startWorld, type World } from '../world.ts'
import { scriptedEntries } from '../world-providers.ts'

const deadlineMs = 1500
let world: World
let slow: SlowServer
const files: { remove: () => Promise<void> }[] = []
let alice: Visitor
let bob: Visitor
test.beforeAll(async () => {
  slow = await startSlowServer()
  world = await startWorld()
  await takeTokensFrom(slow.url)
  alice = await newVisitor('alice')
  bob = await newVisitor('bob')
})
test.afterAll(async () => {
  await Promise.all([world.stop(), slow.close(), ...files.map(({ remove }) => remove())])
})

for (const how of ['silent', 'after headers', 'byte by byte', 'never ends'] as const)
  test(`TE-06 a token endpoint that is slow meets the deadline: ${how}`, async () => {
    slow.slowness(how)
    const since = Date.now()
    expectError(await connect(alice), 'temporarily_unavailable')
    expect(Date.now() - since).toBeGreaterThan(deadlineMs - 100)
    expect(Date.now() - since).toBeLessThan(deadlineMs + 3000)
    await expect.poll(slow.open).toBe(0)
    await expectHealth()
  })

test('TE-06 two hundred callbacks to a slow provider stop nobody else', async () => {
  slow.slowness('silent')
  const idle = await socketsOf(world)
  const callbacks: (() => Promise<Answer>)[] = []
  for (let count = 0; count < 200; count += 1) callbacks.push(await prepared())
  const since = Date.now()
  const ends = callbacks.map((callback) => callback())
  await expect.poll(() => slow.open()).toBeGreaterThan(0)
  for (let count = 0; count < 5; count += 1) expectOk(await connect(bob, 'plain'))
  for (const end of await Promise.all(ends)) expectError(end, 'temporarily_unavailable')
  expect(Date.now() - since).toBeLessThan(20_000)
  expect(slow.mostOpen(), 'the bulkhead').toBeLessThanOrEqual(32)
  await expect.poll(slow.open).toBe(0)
  await expect.poll(() => socketsOf(world), { timeout: 60_000 }).toBeLessThanOrEqual(idle + 5)
  await expectHealth()
})

test('TE-06 a provider that never accepts a connection meets the deadline', async () => {
  const deaf = await startDeafServer()
  await takeTokensFrom(deaf.url)
  const callbacks: (() => Promise<Answer>)[] = []
  for (let count = 0; count < 8; count += 1) callbacks.push(await prepared())
  const since = Date.now()
  const ends = callbacks.map((callback) => callback())
  expectOk(await connect(bob, 'plain'))
  for (const end of await Promise.all(ends)) expectError(end, 'temporarily_unavailable')
  expect(Date.now() - since).toBeLessThan(deadlineMs + 3000)
  await expectHealth()
  await deaf.close()
})

/** A callback that only has to be called: with the cookies of its own flow, which others would evict. */
async function prepared(): Promise<() => Promise<Answer>> {
  const { authorizationUrl, cookieName } = await start(alice)
  const callback = await approve(authorizationUrl)
  const session = alice.jar.all().filter(({ name }) => !name.includes('oauth_tx_'))
  const own = [...session, alice.jar.get(cookieName)].flatMap((cookie) => cookie ?? [])
  const cookie = own.map(({ name, value }) => `${name}=${value}`).join('; ')
  return () => alice.get(callback, { cookie, headers: { 'sec-fetch-dest': 'document' } })
}

/** The provider acme, but for its token endpoint, which is elsewhere. */
async function takeTokensFrom(url: string): Promise<void> {
  const entries = scriptedEntries(world.providers).map((entry) =>
    entry.id === 'acme' ? { ...entry, token_endpoint: `${url}/token` } : entry,
  )
  const file = await providersFile(entries)
  files.push(file)
  await world.restart({ PROVIDERS_FILE: file.path })
}

async function newVisitor(name: string): Promise<Visitor> {
  const one = visitor({ name, appUrl: world.appUrl })
  await one.login(name)
  return one
}

/** Open sockets of the app, where /proc tells them. */
async function socketsOf({ app }: World): Promise<number> {
  return (await readdir(`/proc/${app.pid}/fd`).catch(() => [])).length
}

async function expectHealth(): Promise<void> {
  const visitors = [alice, bob]
  await expectInvariants({ world, visitors, output: world.output(), excepted: new Set() })
  expect((await alice.get('/api/health')).status).toBe(200)
}
