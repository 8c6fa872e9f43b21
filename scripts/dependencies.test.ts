import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { installProblems, packageProblems } from './lockfile.ts'

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')
const lock = JSON.parse(read('package-lock.json'))
const own = { ...JSON.parse(read('package.json')), npmrc: read('.npmrc') }

test('DP-01 no dependency with known holes is installed', () => {
  expect(packageProblems(lock)).toEqual([])
  const names = Object.keys(lock.packages)
  for (const name of ['next', '@auth0/nextjs-auth0', 'jose', 'oauth4webapi'])
    expect(names).toContain(`node_modules/${name}`)
})

test('DP-01 an old one, wherever it is, and axios are noticed', () => {
  const packages = {
    'node_modules/next': { version: '16.2.10' },
    'node_modules/@auth0/nextjs-auth0': { version: '4.29.0' },
    'node_modules/openid-client/node_modules/jose': { version: '5.9.6' },
    'node_modules/axios': { version: '1.99.0' },
  }
  expect(packageProblems({ lockfileVersion: 3, packages })).toHaveLength(3)
})

test('the example asks for what is tested here', () => {
  const { dependencies, devDependencies } = JSON.parse(read('examples/spa/package.json'))
  const { '@grantkeeper/client': client, ...others } = { ...dependencies, ...devDependencies }
  expect({ ...own.dependencies, ...own.devDependencies }).toMatchObject(others)
  expect(client).toContain(JSON.parse(read('client/package.json')).version)
})

test('DP-02 an install runs no code and takes nothing from elsewhere', () => {
  expect(installProblems(lock, own)).toEqual([])
})

test('DP-02 a download address, an install script or scripts switched on are noticed', () => {
  const integrity = `sha512-${'A'.repeat(86)}==`
  const packages = {
    'node_modules/a': { version: '1.0.0', resolved: 'https://evil.test/a.tgz', integrity },
  }
  const bad = { scripts: { postinstall: 'node x' }, npmrc: 'ignore-scripts=false' }
  expect(installProblems({ lockfileVersion: 3, packages }, bad)).toHaveLength(3)
})

test('AU-17 every package has a hash, and one without is noticed', () => {
  for (const folder of ['.', 'bench/peers', 'e2e/vercel/cli']) {
    const { packages } = JSON.parse(read(`${folder}/package-lock.json`)) as typeof lock
    expect(Object.keys(packages).length).toBeGreaterThan(1)
    expect(installProblems({ lockfileVersion: 3, packages }, own), folder).toEqual([])
  }
  for (const integrity of [undefined, '', 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=']) {
    const packages = {
      '': { version: '0.1.0' },
      'node_modules/a': { version: '1.0.0', integrity },
      'node_modules/own': { link: true },
    }
    const found = installProblems({ lockfileVersion: 3, packages }, own)
    expect(found).toEqual([expect.stringContaining('node_modules/a has no hash')])
  }
})
