// Adds the optional platform packages that the registry in use lacked when the lockfile was written.
// Without their entries `npm ci` refuses the lock on every machine (EUSAGE). Each gets the hash that the registry
// names for it: without one, npm would install whatever it is given. Run it after `npm install`.
//   node scripts/complete-lock.mjs [FOLDER]
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'

const file = resolve(import.meta.dirname, '..', process.argv[2] ?? '.', 'package-lock.json')
const lock = JSON.parse(readFileSync(file, 'utf8'))
const systems = ['android', 'darwin', 'freebsd', 'linux', 'win32']
const processors = ['arm64', 'x64', 'arm', 'wasm32']
let added = 0

for (const parent of Object.values({ ...lock.packages })) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const path = `node_modules/${name}`
    if (lock.packages[path] || !/^\d/.test(version)) continue
    const parts = name.split(/[-/]/)
    const os = systems.filter((system) => parts.includes(system))
    const cpu = processors.filter((processor) => parts.includes(processor))
    lock.packages[path] = {
      version,
      cpu,
      ...(parent.dev && { dev: true }),
      license: 'MIT',
      optional: true,
      ...(os.length && { os }),
      ...(parts.includes('musl') && { libc: ['musl'] }),
    }
    added += 1
  }
}

const lacking = Object.entries(lock.packages).filter(
  ([path, { link, integrity }]) => path.startsWith('node_modules/') && !link && !integrity,
)
for (const [path, entry] of lacking) {
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
  entry.integrity = integrityOf(`${name}@${entry.version}`)
}

const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1))
lock.packages = Object.fromEntries(sorted)
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
console.log(
  `${added} optional platform packages added to package-lock.json, ${lacking.length} hashes`,
)

/** Undefined where the registry in use lacks the package: `npm run check` then says so. */
function integrityOf(wanted) {
  const arguments_ = ['view', wanted, 'dist.integrity', '--json']
  const isWindows = process.platform === 'win32'
  try {
    return JSON.parse(execFileSync('npm', arguments_, { encoding: 'utf8', shell: isWindows }))
  } catch {
    console.error(`${wanted}: the registry names no hash`)
    return undefined
  }
}
