import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { warm } from './warm.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'grantkeeper-warm-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
  vi.unstubAllEnvs()
})

/** In place of the build's own. */
function starting(code: string): Promise<void> {
  writeFileSync(join(folder, 'start.mjs'), `import { writeFileSync } from 'node:fs'\n${code}`)
  return warm(folder)
}

test('what is ready is ended, and sees nothing of what is really set', async () => {
  vi.stubEnv('AUTH0_SECRET', 'cnry')
  vi.stubEnv('DATABASE_URL', 'postgres://cnry')
  await starting(`writeFileSync('env.json', JSON.stringify(process.env))
    process.on('exit', () => writeFileSync('ended', ''))
    console.log('Ready on')
    setInterval(() => {}, 1000)`)
  expect(existsSync(join(folder, 'ended'))).toBe(true)
  const seen = readFileSync(join(folder, 'env.json'), 'utf8')
  expect(seen).not.toContain('cnry')
  expect(JSON.parse(seen)).toMatchObject({ DATABASE_URL: 'file::memory:' })
})

test.each([
  ['fails', "throw new Error('no such build')", /ended with 1:.*no such build/s],
  ['ends before it is ready', "console.log('Bye'); process.exit(0)", /ended with 0:\s*Bye/],
  [
    'ends badly',
    "process.on('exit', () => { process.exitCode = 3 }); console.log('Ready on'); setInterval(() => {}, 1000)",
    /ended with 3/,
  ],
])('a start that %s is told', async (_, code, message) => {
  await expect(starting(code)).rejects.toThrow(message)
})
