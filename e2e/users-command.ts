import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { World } from './world.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Runs `npm run users` with these arguments, as an administrator would; what it prints. */
export async function usersCommand({ env }: World, ...command: string[]): Promise<string> {
  const options = { cwd: root, env: { ...process.env, ...env } }
  const run = promisify(execFile)
  const { stdout } = await run(process.execPath, ['scripts/users.ts', ...command], options)
  return stdout
}
