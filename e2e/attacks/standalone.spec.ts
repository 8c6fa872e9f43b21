import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { cp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'playwright/test'
import { warm } from '#scripts/warm'
import { startDemo } from '../demo.ts'
import { settings } from '../settings.ts'
import { startStandIns } from '../stand-in/start.ts'
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
  expect(files).toEqual(expect.arrayContaining(['server.ts', 'start.mjs']))
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

test('what one start compiled, the next finds, in a copy of the folder too', async () => {
  await warm(folder)
  const copy = `${folder}-copy`
  await cp(folder, copy, { recursive: true, verbatimSymlinks: true })
  const demo = await startDemo({ folder: copy, env: { NODE_DEBUG_NATIVE: 'COMPILE_CACHE' } })
  try {
    const said = demo.app.output()
    expect(said).toMatch(/transpile cache for StrippedTypeScript \S+\/server\.ts\.\.\.success/)
    const times = (what: RegExp) => [...said.matchAll(what)].length
    expect(times(/ was accepted/g)).toBeGreaterThan(300)
    expect(times(/ was rejected| not initialized/g)).toBeLessThan(30)
  } finally {
    await demo.stop()
    await rm(copy, { recursive: true, force: true })
  }
})

for (const [fault, register] of [
  ['is of another version', 'async () => {}'],
  ['fails as it starts', "async () => { throw new Error('fails as it starts') }"],
] as const)
  test(`its server ends with 1 where the build ${fault}`, async () => {
    const file = join(folder, '.next/server/instrumentation.js')
    const built = readFileSync(file)
    writeFileSync(file, `exports.register = ${register}`)
    try {
      const starting = startDemo({ folder })
      await expect(starting).rejects.toThrow('ended at its start with code 1')
      await expect(starting).rejects.toThrow(fault)
    } finally {
      writeFileSync(file, built)
    }
  })

test('its server ends with 0 where it is told to before it listens', async () => {
  const silent = createServer().listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  const standIns = await startStandIns({ ...ports, appUrl: 'http://localhost:1' })
  const databaseUrl = `postgres://a:b@127.0.0.1:${port}/none`
  const env = settings({ appUrl: 'http://localhost:1', port: 1, databaseUrl }, standIns.env)
  const server = spawn(process.execPath, ['start.mjs'], {
    cwd: folder,
    env: { NODE_ENV: 'production', ...env },
    stdio: 'ignore',
  })
  try {
    await once(silent, 'connection')
    server.kill('SIGTERM')
    expect(await once(server, 'exit')).toEqual([0, null])
  } finally {
    server.kill('SIGKILL')
    silent.close()
    await standIns.stop()
  }
})

const ports = { loginPort: 0, acmePort: 0, plainPort: 0 }
