import { startApp } from '../app.ts'
import { expect, test } from '../fixtures.ts'
import { expectAllRefused, expectLanding } from '../return-to.ts'
import { freePort } from '../stand-in/server.ts'

test('RU-19 hosts that look like a preview are refused', async ({ alice, world }) => {
  expect(world.previews).toBe('https://my-app-*-my-team.vercel.app')
  await expectAllRefused(alice, world, [
    'https://my-app-git-x-attackerteam.vercel.app',
    'https://my-app.vercel.app.evil.test',
    'https://evil.test/.my-team.vercel.app',
    'https://a.b-my-team.vercel.app',
    'https://my-app-a.b-my-team.vercel.app',
    'https://my-app-x-my-team.vercel.app:444',
    'https://evil-my-team.vercel.app',
    'http://my-app-x-my-team.vercel.app',
    'https://my-app-x-my-team.vercel.app.evil.test',
    'https://evil.test/my-app-x-my-team.vercel.app',
    'https://evil.test#my-app-x-my-team.vercel.app',
    'https://my-app-x@evil.test/-my-team.vercel.app',
    'https://my-app-x_y-my-team.vercel.app',
    'https://my-app--my-team.vercel.app',
    'https://my-app-my-team.vercel.app',
    'https://x-my-app-x-my-team.vercel.app',
    'https://my-app-x-my-teamvercel.app',
    'https://my-app-x-my-team-vercel.app',
  ])
})

test('RU-19 a preview of this project and team is accepted', async ({ alice }) => {
  for (const returnTo of [
    'https://my-app-x-my-team.vercel.app/',
    'https://my-app-git-feature-1-my-team.vercel.app/settings?tab=2',
  ])
    await expectLanding(alice, returnTo, returnTo)
})

for (const tooWide of [
  '*.vercel.app',
  '*',
  'https://*.vercel.app',
  'https://*',
  'https://my-app-*.vercel.app',
])
  test(`RU-19 the process refuses to start with ${tooWide} in RETURN_URLS`, async ({ world }) => {
    const port = String(await freePort())
    const env = { ...world.env, PORT: port, RETURN_URLS: `https://spa.test/app,${tooWide}` }
    const output = await outputOfFailedStart(env)
    expect(output).toContain('ended at its start')
    const message = output.slice(output.indexOf('Grantkeeper cannot start'))
    expect(message).toContain('These settings need mending')
    expect(message).toContain(`RETURN_URLS: "${tooWide}"`)
    expect(output.split('Grantkeeper cannot start')).toHaveLength(2)
    expect(output, 'a message, and no stack trace').not.toMatch(/\n\s+at /)
    expect(output).not.toContain('https://spa.test/app"')
  })

async function outputOfFailedStart(env: Parameters<typeof startApp>[0]): Promise<string> {
  try {
    const app = await startApp(env)
    await app.stop()
    return 'The app started.'
  } catch (error) {
    return (error as Error).message
  }
}
