import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { apiKey } from '../api-key.ts'
import type { Visitor } from '../browser-client.ts'
import { expireAll } from '../crowd.ts'
import { expect, test } from '../fixtures.ts'
import { connect } from '../flow.ts'
import { expectOk } from '../outcome.ts'
import { inOwnWorld } from '../own-world.ts'
import { openRows } from '../rows.ts'
import type { Settings } from '../settings.ts'
import { skipUnless } from '../skip-unless.ts'
import { askForToken, bearer, vend } from '../token-request.ts'
import type { World } from '../world.ts'

const body = { user: 'auth0|alice' }
const root = fileURLToPath(new URL('../..', import.meta.url))

test('AU-13 a backup is its owner’s alone; restored it ends in states that are clear, and asks each provider once', async () => {
  skipUnless(
    { database: 'sqlite' },
    'Postgres is backed up with its own programs: follow:docs does it.',
  )
  test.setTimeout(120_000)
  await inOwnWorld({}, async ({ world, visit }) => {
    const [alice, bob] = [await visit('alice'), await visit('bob')]
    expectOk(await connect(alice))
    const authorization = bearer(await apiKey(world))
    const backup = await backUp(world)
    expect(modeOf(backup)).toBe('600')
    // After the backup: alice's refresh token is rotated, and bob connects.
    await expireAll(world)
    await vend(world, { authorization, body })
    expectOk(await connect(bob))
    const said = await restore(world, backup)
    expect(said).toContain('1 refresh token is in doubt now.')
    expect(modeOf(fileOf(world.env))).toBe('600')
    await expireAll(world)

    const { acme } = world.providers
    const calls = acme.calls('/token').length
    for (let n = 0; n < 3; n += 1) {
      const { status, body: text } = await askForToken(world, { authorization, body })
      expect([status, JSON.parse(text).code]).toEqual([409, 'reauthorization_required'])
    }
    expect(acme.calls('/token')).toHaveLength(calls + 1)
    expect(await statesIn(world)).toEqual([['reauthorization_required', 'lost_rotation']])
    const none = await askForToken(world, { authorization, body: { user: 'auth0|bob' } })
    expect([none.status, JSON.parse(none.body).code]).toEqual([404, 'not_connected'])

    await bothConnectAgain(world, [alice, bob])
    await vend(world, { authorization, body })
    await vend(world, { authorization, body: { user: 'auth0|bob' } })
  })
})

async function backUp({ env }: World): Promise<string> {
  const backup = `${fileOf(env)}.backup`
  runSnippet('backup', { env, backup })
  return backup
}

async function restore(world: World, backup: string): Promise<string> {
  await world.app.stop()
  await world.rows.close()
  const said = runSnippet('restore', { env: world.env, backup })
  world.rows = openRows(world.env.DATABASE_URL ?? '')
  await world.restart()
  return said
}

/** The commands that stand in docs/operating.md, with this world's files in the place of theirs. */
function runSnippet(name: string, { env, backup }: { env: Settings; backup: string }): string {
  const page = readFileSync(join(root, 'docs/operating.md'), 'utf8')
  const [, block] =
    new RegExp(`\`\`\`console [^\\n]*run=${name}\\n(.*?)\`\`\``, 's').exec(page) ?? []
  if (!block) throw new Error(`docs/operating.md has no commands that are marked run=${name}`)
  const commands = [...block.matchAll(/^\$ (.*)$/gm)].map(([, command]) => command).join('\n')
  const here = commands
    .replaceAll('data/grantkeeper.db', fileOf(env))
    .replaceAll('backup.db', backup)
  const PATH = `${join(root, 'node_modules/.bin')}:${process.env.PATH ?? ''}`
  const options = { cwd: root, env: { ...process.env, ...env, PATH } }
  return execFileSync('sh', ['-ec', here], options).toString()
}

async function bothConnectAgain(world: World, visitors: Visitor[]): Promise<void> {
  for (const one of visitors) expectOk(await connect(one))
  const states = await statesIn(world)
  expect(states).toEqual([
    ['active', null],
    ['active', null],
  ])
}

async function statesIn({ rows }: World) {
  return (await rows.all('grants')).map(({ status, reason }) => [status, reason])
}

function modeOf(file: string): string {
  return (statSync(file).mode & 0o777).toString(8)
}

function fileOf({ DATABASE_URL = '' }: Settings): string {
  return DATABASE_URL.replace(/^file:/, '')
}
