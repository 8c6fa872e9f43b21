import { spawnSync } from 'node:child_process'
import { expect, test } from 'playwright/test'
import { startDemo } from '../demo.ts'
import { filesOf, standaloneElsewhere } from '../standalone.ts'
import { askForToken } from '../token-request.ts'

let folder: string
let remove: () => Promise<void>
test.beforeAll(async () => {
  ;({ folder, remove } = await standaloneElsewhere())
})
test.afterAll(() => remove())

test('the standalone build holds no settings, no database and nothing of the tests', async () => {
  const files = await filesOf(folder)
  expect(files).toContain('server.ts')
  const own = files.filter((file) => !/(^|\/)node_modules\//.test(file))
  const kinds = [/(^|\/)\.env/, /\.db(-wal|-shm)?$/, /^(e2e|data|docs)\//, /\.(test|spec)\.ts$/]
  for (const kind of kinds) expect(own.filter((file) => kind.test(file))).toEqual([])
})

test('its commands run there, and say what is missing', () => {
  for (const name of ['db-migrate', 'db-restored', 'doctor', 'users-move']) {
    const { PATH = '' } = process.env
    const { status, stdout, stderr } = spawnSync(process.execPath, [`scripts/${name}.ts`], {
      cwd: folder,
      env: { PATH, NODE_ENV: 'production', __NEXT_PROCESSED_ENV: 'true' },
      encoding: 'utf8',
    })
    expect([name, status, stdout + stderr]).toEqual([
      name,
      1,
      expect.stringContaining('APP_BASE_URL is missing'),
    ])
  }
})

test('its server answers the token route itself', async () => {
  const demo = await startDemo({ folder })
  try {
    const answer = await askForToken(demo, { body: { user: 'auth0|alice' } })
    // Next would say which headers its answer depends on.
    expect([answer.status, answer.headers.vary]).toEqual([401, undefined])
  } finally {
    await demo.stop()
  }
})
