import { execFile } from 'node:child_process'
import { join } from 'node:path'
import type { Finding } from '#scripts/doctor/finding'
import { root } from '#scripts/run'
import type { Settings } from '../settings.ts'

/** What `npm run doctor` finds with these settings. */
export async function examine(env: Settings): Promise<Finding[]> {
  const { PATH = '', HOME = '' } = process.env
  const options = { cwd: root, env: { NODE_ENV: 'production', PATH, HOME, ...env } as const }
  const args = [join(root, 'scripts/doctor.ts'), '--json']
  const said = await new Promise<string>((resolve) => {
    execFile(process.execPath, args, options, (_error, stdout, stderr) => resolve(stdout || stderr))
  })
  return JSON.parse(said).findings
}
