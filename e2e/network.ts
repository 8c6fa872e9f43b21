import { existsSync, readFileSync } from 'node:fs'
import type { Settings } from './settings.ts'
import type { Network } from './stand-in/network-preload.ts'

/** The settings that put the app's connections into a bottle: see stand-in/network-preload.ts. */
export function networkEnv(network: Network): Settings {
  const preload = new URL('./stand-in/network-preload.ts', import.meta.url)
  return {
    NODE_OPTIONS: `--import ${preload.href} --no-warnings`,
    TEST_NETWORK: JSON.stringify(network),
  }
}

/** What the app looked up and tried to connect to so far, in order: `connect 192.0.2.1:443`. */
export function attempts(log: string, what: 'lookup' | 'connect'): string[] {
  const lines = existsSync(log) ? readFileSync(log, 'utf8').split('\n') : []
  return lines
    .filter((line) => line.startsWith(`${what} `))
    .map((line) => line.slice(what.length + 1))
}
