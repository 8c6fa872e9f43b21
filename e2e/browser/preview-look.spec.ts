import { expect, test } from 'playwright/test'
import { run } from '#scripts/run'
import { chromiumPath } from '../chromium.ts'
import { startProtectedDoor } from '../protected-door.ts'
import { skipUnless } from '../skip-unless.ts'
import { startWorld } from '../world.ts'

test.describe.configure({ timeout: 240_000 })

const secret = 'the secret of the door'

test('what is looked at on a preview holds for this build, behind a protected door', async () => {
  skipUnless({ login: 'auth0' }, 'the session of a seeded user is sealed as the Auth0 SDK does it')
  const door = await startProtectedDoor(secret)
  const world = await startWorld({ at: { street: door, names: ['localhost'] } })
  try {
    const env = { ...world.env, NODE_ENV: 'test' }
    const seeded = await run(['node', 'scripts/db-seed.ts'], { env })
    expect([seeded.code, seeded.output]).toEqual([0, expect.stringContaining('Seeded')])
    const { code, output } = await look({
      BASE_URL: world.appUrl,
      VERCEL_AUTOMATION_BYPASS_SECRET: secret,
      PREVIEW_AUTH0_SECRET: world.env.AUTH0_SECRET,
    })
    expect([code, output]).toEqual([0, expect.stringMatching(/ 9 passed/)])
    expect(door.asked(), 'the secret is shown once a test, and then the cookie does').toBe(9)
    const shut = await look({ BASE_URL: world.appUrl })
    expect(shut.output).toContain('The pages of a seeded user are left out')
    expect(shut.output).toMatch(/ 7 failed/)
    expect(shut.code).not.toBe(0)
  } finally {
    await world.stop()
    await door.close()
  }
})

test('without BASE_URL nothing is looked at, and that is said', async () => {
  const { code, output } = await look({})
  expect(code).not.toBe(0)
  expect(output).toContain('BASE_URL is missing')
})

/** As the workflow calls it. A runner in a runner: it must not take itself for a worker of this one. */
function look(given: Record<string, string | undefined>) {
  const own = { BASE_URL: undefined, VERCEL_AUTOMATION_BYPASS_SECRET: undefined }
  const env = { ...own, TEST_WORKER_INDEX: undefined, CHROMIUM_PATH: chromiumPath(), ...given }
  return run(['playwright', 'test', '-c', 'playwright.preview.config.ts'], { env })
}
