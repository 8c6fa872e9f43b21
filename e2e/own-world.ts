import type { Visitor } from './browser-client.ts'
import { visitor } from './browser-client.ts'
import { expectInvariants } from './invariants.ts'
import { startWorld, type World, type WorldOptions } from './world.ts'

type OwnWorld = {
  world: World
  /** A further browser; with a user it is logged in. */
  visit: (user?: string) => Promise<Visitor>
}

/** A world with other settings for one walk: G1 to G6 are asserted after it, and it is stopped. */
export async function inOwnWorld(
  options: WorldOptions,
  walk: (own: OwnWorld) => Promise<void>,
): Promise<void> {
  const world = await startWorld(options)
  const visitors: Visitor[] = []
  const visit = async (user?: string) => {
    const one = visitor({ name: user ?? 'stranger', appUrl: world.appUrl })
    visitors.push(one)
    if (user) await one.login(user)
    return one
  }
  try {
    await walk({ world, visit })
    const output = world.output()
    await expectInvariants({ world, visitors, output, excepted: new Set() })
  } finally {
    await world.stop()
  }
}
