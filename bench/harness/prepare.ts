import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import nextPackage from 'next/package.json' with { type: 'json' }
import { buildIfStale } from '#scripts/build'
import { root, run } from '#scripts/run'
import { warm } from '#scripts/warm'

/** The folder of what we are measured beside: a package of its own. */
export const peers = join(import.meta.dirname, '../peers')

/** Installs the peers and builds what has to be built, unless that was done. @throws {Error} */
export async function prepare(): Promise<void> {
  await installPeers()
  if (!(await buildIfStale(() => console.log('Building the app …'))))
    throw new Error('The app could not be built')
  // As `npm run build` does.
  await warm(root)
  const sources = hashOfPeers()
  for (const app of ['empty', 'auth-app']) await buildPeer(app, sources)
}

/** npm keeps its own record of what it put there. */
async function installPeers(): Promise<void> {
  const read = (file: string) => {
    const path = join(peers, file)
    return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : {}
  }
  const { '': _, ...wanted } = read('package-lock.json')
  const present = read('node_modules/.package-lock.json')
  const isThere = ([path, { version }]: [string, { version: string }]) =>
    present[path]?.version === version
  if ((Object.entries(wanted) as [string, { version: string }][]).every(isThere)) return
  console.log('Installing the peers …')
  await must(['npm', 'ci', '--loglevel=error'], peers)
}

async function buildPeer(app: string, sources: string): Promise<void> {
  const folder = join(peers, app)
  const stamp = join(folder, '.next/built-from')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return
  console.log(`Building the peer ${app} …`)
  await must(['next', 'build'], folder)
  writeFileSync(stamp, sources)
}

/** Of all that their builds are made from: their files, their packages, and our Next. */
function hashOfPeers(): string {
  const hash = createHash('sha256').update(nextPackage.version)
  const files = globSync(['*.mjs', 'package-lock.json', '*/*.{js,mjs}', '*/app/**/*.{js,jsx}'], {
    cwd: peers,
  })
  for (const file of files.toSorted())
    if (!file.includes('node_modules')) hash.update(readFileSync(join(peers, file)))
  return hash.digest('hex')
}

async function must(command: string[], folder: string): Promise<void> {
  const env = { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' }
  const { code, output } = await run(command, { env, folder })
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}:\n${output}`)
}
