import { cpSync, existsSync, globSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { importsOf } from './imports.ts'
import { root } from './run.ts'

/** What is run there, besides Next. */
const entries = [
  ...['start.mjs', 'scripts/leash.mjs'],
  ...['db-migrate', 'db-restored', 'api-keys', 'doctor', 'users', 'users-move', 'warm'].map(script),
]

/** Where `next build` leaves it. */
export const standalone = join(root, '.next', 'standalone')

/**
 * Completes the folder, or a copy of it, to one that runs on its own, with `node start.mjs`: Next puts
 * into it what its pages need, and this what our own server and the commands need.
 */
export function completeStandalone(folder: string): void {
  // Next copies .env and .env.production; settings come from where it runs, and secrets are in no image.
  for (const file of globSync('.env*', { cwd: folder })) rmSync(join(folder, file))
  // Next's own server knows neither the door nor the graceful stop.
  rmSync(join(folder, 'server.js'), { force: true })
  copy('.next/static', folder)
  const { files, packages } = needed(entries)
  for (const file of files) copy(file, folder)
  for (const place of closure(packages)) copy(place, folder)
}

function script(name: string): string {
  return `scripts/${name}.ts`
}

/** The files that run when `from` runs, and the packages that they name. */
function needed(from: string[]): { files: Set<string>; packages: Set<string> } {
  const files = new Set(from)
  const packages = new Set<string>()
  for (const file of files)
    for (const { target, isPackage, isType } of importsOf(file, read(file))) {
      if (isType) continue
      if (isPackage) packages.add(target)
      else files.add(target)
    }
  // Of Next there is as much as it needs itself.
  for (const name of ['next', '@next/env']) packages.delete(name)
  return { files, packages }
}

/** The folders of these packages and of all that they depend on. */
function closure(names: Iterable<string>): Set<string> {
  const places = new Set<string>()
  const visit = (name: string, from: string) => {
    const place = placeOf(name, from)
    if (place === undefined || places.has(place)) return
    places.add(place)
    const { dependencies, optionalDependencies } = JSON.parse(read(join(place, 'package.json')))
    for (const one of Object.keys({ ...dependencies, ...optionalDependencies })) visit(one, place)
  }
  for (const name of names) visit(name, '.')
  return places
}

/** As Node looks for it; undefined for what Node brings itself, and for what this platform lacks. */
function placeOf(name: string, from: string): string | undefined {
  const paths = createRequire(join(root, from, 'package.json')).resolve.paths(name) ?? []
  const found = paths.find((path) => existsSync(join(path, name, 'package.json')))
  return found?.startsWith(root) ? join(found, name).slice(root.length + 1) : undefined
}

function copy(path: string, folder: string): void {
  cpSync(join(root, path), join(folder, path), { recursive: true, filter: isRun })
}

/** Types, maps, sources of compiled code and tests are not run. */
function isRun(path: string): boolean {
  return !/\.(d\.[cm]?ts|map|md|c|cc|cpp|h|hpp|test\.ts)$|\/node_modules\/[^/]+\/deps$/.test(path)
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  completeStandalone(standalone)
  const place = relative(root, standalone)
  console.log(`${place} is complete. It starts with: node ${place}/start.mjs`)
}
