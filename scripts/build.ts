import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { root, run } from './run.ts'

/**
 * Makes the production build unless the one in .next was made from these very sources.
 * @returns false when the build failed; what it said has been shown by then
 */
export async function buildIfStale(onStart = () => {}): Promise<boolean> {
  const stamp = join(root, '.next', 'grantkeeper-sources')
  const sources = await hashOfSources()
  const isFresh =
    existsSync(join(root, '.next', 'BUILD_ID')) &&
    existsSync(stamp) &&
    readFileSync(stamp, 'utf8') === sources
  if (isFresh) return true
  onStart()
  const { code, output } = await run(['next', 'build'], {
    env: { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
  })
  if (code !== 0) {
    console.error(output)
    return false
  }
  writeFileSync(stamp, sources)
  return true
}

/** What goes into a build: the product's folders, its files at the root, and the packages. */
async function hashOfSources(): Promise<string> {
  const patterns = [
    '{app,lib,db,public}/**/*',
    '{proxy,instrumentation,instrumentation-client,server}.ts',
    'start.mjs',
    '*.config.{ts,mjs}',
    '{tsconfig,package,package-lock}.json',
  ]
  const hash = createHash('sha256')
  const files: string[] = []
  for await (const file of glob(patterns, { cwd: root })) files.push(file)
  for (const file of files.sort()) {
    if (/\.(test|spec)\.tsx?$/.test(file) || !statSync(join(root, file)).isFile()) continue
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0')
  }
  return hash.digest('hex')
}
