import { readFile } from 'node:fs/promises'
import { expect, test } from '../fixtures.ts'
import { approve, connect, start, visitCallback } from '../flow.ts'
import { expectError, expectOk } from '../outcome.ts'
import { reconfigure } from '../reconfigure.ts'
import type { Template } from '../stand-in/scripted/templates.ts'
import type { World } from '../world.ts'

const templates: Template[] = [
  'big_token',
  'endless',
  'big_header',
  'gzip_bomb',
  'many_keys',
  'deep',
]
const mebibyte = 1024 * 1024

/** Long enough for the caps to be met before it, on a busy machine too. */
const deadline = { TOKEN_DEADLINE_MS: '4500', LEASE_MS: '9000' }
let restore: () => Promise<void>
test.beforeAll(async ({ world }) => {
  restore = await reconfigure(world, { settings: deadline })
})
test.afterAll(() => restore())

for (const template of templates)
  test(`TE-05 an answer that is too much ends in time and in bounds: ${template}`, async ({
    alice,
    bob,
    world,
    grants,
  }) => {
    await connect(bob, 'plain')
    const before = await memoryOf(world)
    world.providers.acme.ctl({ endpoint: 'token', template })
    const since = Date.now()
    const { authorizationUrl } = await start(alice)
    const end = visitCallback(alice, await approve(authorizationUrl))
    // Others are served meanwhile.
    expectOk(await connect(bob, 'plain'))
    expectError(await end, 'exchange_failed')
    expect(Date.now() - since).toBeLessThan(5000)
    expect((await memoryOf(world)) - before).toBeLessThan(100 * mebibyte)
    expect(await grants('alice')).toEqual([])
    world.providers.acme.reset()
    expectOk(await connect(alice))
  })

/** The resident set, in bytes, as Linux tells it; elsewhere 0, and nothing is compared. */
async function memoryOf({ app }: World): Promise<number> {
  const status = await readFile(`/proc/${app.pid}/status`, 'utf8').catch(() => '')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024
}
