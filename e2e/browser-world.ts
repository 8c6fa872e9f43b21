import { type BrowserContext, test as base } from 'playwright/test'
import { logIn } from './browser-fixtures.ts'
import { expectInvariants } from './invariants.ts'
import { startWorld, type World } from './world.ts'

type TestFixtures = {
  /** Logs the page's browser in at the app. */
  logInAs: (name: 'Alice' | 'Bob' | 'Mallory') => Promise<void>
  freshWorld: undefined
}

/** `test` for attacks in a real browser, G1, G3, G4 and G6 asserted after each: third parties that consent at once, and attacker land. */
export const test = base.extend<TestFixtures, { world: World }>({
  world: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of a fixture's needs
    async ({}, use) => {
      const world = await startWorld()
      await use(world)
      await world.stop()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  baseURL: async ({ world }, use) => use(world.appUrl),
  logInAs: async ({ page }, use) => use((name) => logIn(page, name)),
  freshWorld: [
    async ({ world }, use) => {
      await world.rows.clear()
      for (const provider of Object.values(world.providers)) provider.reset()
      const { length } = world.output()
      await use(undefined)
      world.attacker.show(undefined)
      const output = world.output().slice(length)
      await expectInvariants({ world, visitors: [], output, excepted: new Set() })
    },
    { auto: true },
  ],
})

export { expect } from 'playwright/test'

/** The names of the flows that have begun in a browser. */
export async function transactionCookies(context: BrowserContext): Promise<string[]> {
  const names = (await context.cookies()).map(({ name }) => name)
  return names.filter((name) => /^(__Host-)?oauth_tx_/.test(name))
}
