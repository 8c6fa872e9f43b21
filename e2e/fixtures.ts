import { test as base, expect } from 'playwright/test'
import type { Mouth } from './app.ts'
import { type Answer, type Visitor, visitor } from './browser-client.ts'
import { type DatabaseKind, startDatabase } from './databases.ts'
import { expectInvariants } from './invariants.ts'
import type { Row } from './rows.ts'
import { type LoginKind, setup } from './setup.ts'
import type { LoggedRequest } from './stand-in/request-log.ts'
import { startWorld, type World } from './world.ts'
import type { ProviderId } from './world-providers.ts'

/** What a project of playwright.config.ts may choose. */
export type WorkerOptions = { database: DatabaseKind; login: LoginKind; mouth: Mouth }

type WorkerFixtures = WorkerOptions & { world: World }

type TestFixtures = {
  /** Logged in, each in a browser of its own. */
  alice: Visitor
  bob: Visitor
  mallory: Visitor
  /** In no session. */
  stranger: Visitor
  /** A further browser; with a user it is logged in. */
  newVisitor: (user?: string) => Promise<Visitor>
  /** T: the requests at a provider's token endpoint since the test began. */
  tokenCalls: (provider?: ProviderId) => number
  /** R: a user's grants, read from the database; tombstones only when asked for. */
  grants: (user: string, provider?: string, options?: { ended?: boolean }) => Promise<Row[]>
  /** Exempts an answer that the server gave before any route, and says why. */
  exceptFromInvariants: (answer: Answer, why: string) => void
  everyBrowser: { visitors: Visitor[]; excepted: Set<Answer> }
  invariants: undefined
}

/** `test` for attacks on the running app: G1 to G6 are asserted after each. */
export const test = base.extend<TestFixtures, WorkerFixtures>({
  database: [setup.database, { option: true, scope: 'worker' }],
  login: [setup.login, { option: true, scope: 'worker' }],
  mouth: ['fast', { option: true, scope: 'worker' }],
  world: [
    async ({ database, login, mouth }, use) => {
      const { named, stop } = await startDatabase(database)
      const world = await startWorld({ ...named, loginDriver: login, mouth })
      await use(world)
      await world.stop()
      await stop()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of a fixture's needs
  everyBrowser: async ({}, use) => use({ visitors: [], excepted: new Set() }),
  newVisitor: async ({ world, everyBrowser }, use) =>
    use(async (user) => {
      const one = visitor({ name: user ?? 'stranger', appUrl: world.appUrl })
      everyBrowser.visitors.push(one)
      if (user) await one.login(user)
      return one
    }),
  alice: async ({ newVisitor }, use) => use(await newVisitor('alice')),
  bob: async ({ newVisitor }, use) => use(await newVisitor('bob')),
  mallory: async ({ newVisitor }, use) => use(await newVisitor('mallory')),
  stranger: async ({ newVisitor }, use) => use(await newVisitor()),
  tokenCalls: async ({ world }, use) =>
    use((provider = 'acme') => world.providers[provider].calls('/token').filter(isPost).length),
  grants: async ({ world }, use) =>
    use((user, provider = 'acme', options = {}) => grantsOf(world, { user, provider, ...options })),
  exceptFromInvariants: async ({ everyBrowser }, use) =>
    use((answer) => void everyBrowser.excepted.add(answer)),
  invariants: [
    async ({ world, everyBrowser }, use) => {
      await reset(world)
      const { length } = world.output()
      await use(undefined)
      const output = world.output().slice(length)
      await expectInvariants({ world, ...everyBrowser, output })
    },
    { auto: true },
  ],
})

export { expect }

/** Every test begins with no grants, no rules and empty logs. */
async function reset({ rows, providers, attacker }: World): Promise<void> {
  await rows.clear()
  for (const provider of Object.values(providers)) provider.reset()
  attacker.log.length = 0
}

async function grantsOf(
  { rows }: World,
  wanted: { user: string; provider: string; ended?: boolean },
): Promise<Row[]> {
  const users = await rows.all('users')
  const ids = users.filter(({ sub }) => sub === `auth0|${wanted.user}`).map(({ id }) => id)
  const grants = await rows.all('grants')
  return grants.filter(
    (grant) =>
      ids.includes(grant.user_id ?? null) &&
      grant.provider === wanted.provider &&
      (wanted.ended === true || grant.status !== 'disconnected'),
  )
}

function isPost({ method }: LoggedRequest): boolean {
  return method === 'POST'
}
