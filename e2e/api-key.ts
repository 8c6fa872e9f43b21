import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { World } from './world.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

export type ApiKeyOptions = { name?: string; providers?: string; org?: string }

/** An API key as an administrator makes it: by the project's own command, on the world's database. */
export async function apiKey(
  world: World,
  { name = 'Nightly import', providers = 'acme', org }: ApiKeyOptions = {},
): Promise<string> {
  const more = org === undefined ? [] : ['--org', org]
  return (await keysCommand(world, ['create', name, '--providers', providers, ...more])).trim()
}

/** Runs `npm run keys` with these arguments; what it prints. */
export async function keysCommand({ env }: World, command: string[]): Promise<string> {
  const options = { cwd: root, env: { ...process.env, ...env } }
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['scripts/api-keys.ts', ...command],
    options,
  )
  return stdout
}
