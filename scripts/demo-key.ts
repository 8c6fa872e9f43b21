import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { setInEnvFile } from './env-file.ts'
import { root } from './run.ts'

/**
 * Makes the API key of `npm run demo:job` as `npm run keys` does, and keeps it in `.env.demo`. Its
 * predecessor went with the demo's last database.
 */
export async function makeDemoKey(env: NodeJS.ProcessEnv, port: number): Promise<void> {
  const command = ['scripts/api-keys.ts', 'create', 'Demo job', '--providers', 'acme']
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: root, env })
  const settings = { DEMO_PORT: String(port), DEMO_API_KEY: stdout.trim() }
  setInEnvFile(join(root, '.env.demo'), settings)
}
