import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, type Rolldown } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildClient } from './build-client.ts'
import { root } from './run.ts'

let folder: string
let installed: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'grantkeeper-client-'))
  installed = join(folder, 'node_modules/@grantkeeper/client')
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const options = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund']
  execFileSync('npm', ['install', ...options, await buildClient()], { cwd: folder, stdio: 'pipe' })
})
afterAll(() => rmSync(folder, { recursive: true }))

test('the packed client installs from its file alone, and brings nothing else', () => {
  expect(readdirSync(join(folder, 'node_modules/@grantkeeper'))).toEqual(['client'])
  expect(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(
    ['@grantkeeper'],
  )
  expect(existsSync(join(installed, 'README.md'))).toBe(true)
  expect(readdirSync(installed).sort()).toEqual(['README.md', 'dist', 'package.json'])
})

test('it runs where it was installed', () => {
  const code = `import { createGrantkeeper, messageOf } from '@grantkeeper/client'
    createGrantkeeper({ baseUrl: 'https://api.example', getAccessToken: async () => 'token' })
    console.log(messageOf('paused', 'Acme Music'))`
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd: folder })
  expect(`${said}`).toBe('The use of Acme Music is paused.\n')
})

test('its types hold for a strict page of somebody else’s', () => {
  symlinkSync(join(root, 'node_modules/react'), join(folder, 'node_modules/react'))
  symlinkSync(join(root, 'node_modules/@types'), join(folder, 'node_modules/@types'))
  writeFileSync(join(folder, 'page.ts'), page)
  for (const modules of [
    ['--module', 'esnext', '--moduleResolution', 'bundler'],
    ['--module', 'nodenext', '--moduleResolution', 'nodenext'],
  ]) {
    const options = ['--strict', '--noEmit', '--types', '', '--lib', 'dom,es2022', ...modules]
    const tsc = join(root, 'node_modules/.bin/tsc')
    execFileSync(tsc, [...options, 'page.ts'], { cwd: folder, stdio: 'pipe' })
  }
})

test('the client is smaller than 3 kB, gzipped', async () => {
  const output = (await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      modulePreload: false,
      rolldownOptions: {
        input: join(installed, 'dist/index.js'),
        preserveEntrySignatures: 'strict',
      },
    },
  })) as Rolldown.RolldownOutput
  expect(output.output).toHaveLength(1)
  expect(gzipSync(output.output[0].code).length).toBeLessThan(3000)
})

const page = `
import { createGrantkeeper, GrantkeeperProblem, type Outcome } from '@grantkeeper/client'
import { useIntegrations } from '@grantkeeper/client/react'

const grantkeeper = createGrantkeeper({ baseUrl: 'https://api.example', getAccessToken: async () => 'token' })

export async function say(): Promise<string> {
  const outcome: Outcome = await grantkeeper.complete()
  if (outcome.status === 'none') return ''
  return outcome.status === 'connected' ? outcome.account?.label ?? '' : outcome.code + outcome.message
}

export function names(): string[] {
  const { integrations, error } = useIntegrations(grantkeeper)
  if (error instanceof GrantkeeperProblem) return [error.message]
  return integrations.map(({ name }) => name)
}
`
