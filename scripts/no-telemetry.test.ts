import { readFileSync } from 'node:fs'
import { afterEach, expect, test, vi } from 'vitest'

afterEach(() => vi.unstubAllEnvs())

test.each([undefined, '', '0'])(
  'AU-07 a build and `next dev` tell nobody that they run, whatever the environment says: %s',
  async (given) => {
    for (const file of ['../next.config.ts', './no-telemetry.mjs']) {
      vi.resetModules()
      vi.stubEnv('NEXT_TELEMETRY_DISABLED', given)
      await import(file)
      expect(process.env.NEXT_TELEMETRY_DISABLED, file).toBe('1')
    }
  },
)

test('AU-07 a start uses what Next was told at the build, and the optimizer is not there', async () => {
  const { default: config } = await import('../next.config.ts')
  expect(config.images).toEqual({ unoptimized: true })
  expect(config.experimental).toMatchObject({ agentUpgrade: false, proxyClientMaxBodySize: '64kb' })
  const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  expect(scripts.dev).toContain('--import ./scripts/no-telemetry.mjs')
})
