import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { root, run } from './run.ts'
import { type Count, vitestCount } from './test-counts.ts'
import { emptyReport } from './test-report.ts'

/** What a run came to, and the file with Vitest's own report. */
export type InteropRun = { count: Count; report: string }

/**
 * Runs the app against authorization servers that nobody here wrote, from the build that is there.
 * @param only the servers and issuers by their ids; all of them, if none is named
 * @throws {Error} where the servers cannot be installed
 */
export async function interop(only: readonly string[] = []): Promise<InteropRun> {
  await installServers()
  const report = emptyReport('interop.json')
  const config = ['--config', 'e2e/interop/vitest.config.ts']
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const { code } = await run(['vitest', 'run', ...config, ...reporters], {
    isShown: true,
    env: { INTEROP_ONLY: only.length > 0 ? only.join(',') : undefined },
  })
  return { count: vitestCount(report, code), report }
}

const lock = z.object({
  packages: z.record(
    z.string(),
    z.object({ version: z.string().optional(), optional: z.boolean().optional() }),
  ),
})

/** From their own lockfile, unless that was done; npm keeps its own record of what it put there. */
async function installServers(): Promise<void> {
  const folder = join(root, 'e2e/interop/servers')
  const read = (file: string) => {
    const path = join(folder, file)
    return existsSync(path) ? lock.parse(JSON.parse(readFileSync(path, 'utf8'))).packages : {}
  }
  const present = read('node_modules/.package-lock.json')
  const isThere = Object.entries(read('package-lock.json')).every(
    ([path, { version, optional }]) =>
      path === '' || optional || present[path]?.version === version,
  )
  if (isThere) return
  console.log('Installing the servers …')
  const { code, output } = await run(['npm', 'ci', '--loglevel=error'], { folder })
  if (code !== 0) throw new Error(`npm ci in ${folder} ended with ${code}:\n${output}`)
}
