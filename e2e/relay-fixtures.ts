import { test as base } from 'playwright/test'
import { type Visitor, visitor } from './browser-client.ts'
import { expectInvariants } from './invariants.ts'
import { type RelayedWorld, startRelayedWorld } from './relayed-world.ts'

type TestFixtures = {
  /** Logged in at the preview, each in a browser of its own. */
  alice: Visitor
  bob: Visitor
  /** Logged in nowhere. */
  stranger: Visitor
  visitors: Visitor[]
  invariants: undefined
}

/** `test` for attacks on the relay: G1 to G6 are asserted after each, for both deployments. */
export const test = base.extend<TestFixtures, { relayed: RelayedWorld }>({
  relayed: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of a fixture's needs
    async ({}, use) => {
      const relayed = await startRelayedWorld()
      await use(relayed)
      await relayed.stop()
    },
    { scope: 'worker', timeout: 240_000 },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of a fixture's needs
  visitors: async ({}, use) => use([]),
  alice: async ({ relayed, visitors }, use) => use(await visit(relayed, visitors, 'alice')),
  bob: async ({ relayed, visitors }, use) => use(await visit(relayed, visitors, 'bob')),
  stranger: async ({ relayed, visitors }, use) => use(await visit(relayed, visitors)),
  invariants: [
    async ({ relayed: { stable, preview }, visitors }, use) => {
      const worlds = [stable, preview].map((world) => ({ world, before: world.output().length }))
      for (const { rows, providers } of [stable, preview]) {
        await rows.clear()
        for (const provider of Object.values(providers)) provider.reset()
      }
      await use(undefined)
      for (const { world, before } of worlds) {
        const output = world.output().slice(before)
        await expectInvariants({ world, visitors, output, excepted: new Set() })
      }
    },
    { auto: true },
  ],
})

export { expect } from 'playwright/test'

async function visit({ preview }: RelayedWorld, visitors: Visitor[], user?: string) {
  const one = visitor({ name: user ?? 'stranger', appUrl: preview.appUrl })
  visitors.push(one)
  if (user) await one.login(user)
  return one
}
