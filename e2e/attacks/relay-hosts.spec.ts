import { startApp } from '../app.ts'
import { visitCallback } from '../flow.ts'
import { expect, test } from '../relay-fixtures.ts'
import { answerFor, expectRefused, throughRelay } from '../relay-flow.ts'
import { freePort } from '../stand-in/server.ts'
import { stored } from '../stored.ts'

test.describe.configure({ timeout: 180_000 })

test('RL-09 a preview that is gone from RELAY_HOSTS gets nothing more, however good its seal', async ({
  alice,
  relayed,
}) => {
  const { stable, preview } = relayed
  const genuine = await answerFor(alice, preview.appUrl)
  const before = await stored(stable.rows)
  const { RELAY_HOSTS = '' } = stable.env
  await stable.restart({ RELAY_HOSTS: 'my-app-other-my-team.localhost' })
  try {
    expectRefused(await visitCallback(alice, genuine), relayed)
  } finally {
    await stable.restart({ RELAY_HOSTS })
  }
  expect(await stored(stable.rows)).toEqual(before)
  const { callback } = await throughRelay(alice, genuine)
  expect(callback.location?.search).toBe('?integration=acme&status=connected')
})

for (const hosts of ['*.localhost', 'my-app-*.vercel.app', '*'])
  test(`RL-09 the process refuses to start with ${hosts} in RELAY_HOSTS: others could have such a host`, async ({
    relayed: { stable },
  }) => {
    const env = { ...stable.env, RELAY_HOSTS: hosts, PORT: String(await freePort()) }
    const starting = startApp(env).then(({ stop }) => stop())
    await expect(starting).rejects.toThrow('RELAY_HOSTS: "')
  })
