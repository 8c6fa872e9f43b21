import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

/**
 * Writes the migrations that the schema asks for, for both dialects. With `--check` it writes nothing,
 * and exits with 1 if there is something to write. Other arguments go to drizzle-kit (`--name …`).
 */
const root = join(import.meta.dirname, '..')
const dialects = { sqlite: 'sqlite', postgres: 'postgresql' } as const
const given = process.argv.slice(2)
const isStale = given.includes('--check') ? check() : void generateInto(migrationsOf(root), given)
if (isStale) {
  console.error('The migrations do not match the tables of db/schema.ts. Run: npm run db:generate')
  process.exitCode = 1
}

function migrationsOf(folder: string): string {
  return join(folder, 'db/migrations')
}

/** Generates into a copy, and compares: nothing may be added, and nothing differ. */
function check(): boolean {
  const copy = mkdtempSync(join(tmpdir(), 'migrations-'))
  try {
    cpSync(migrationsOf(root), copy, { recursive: true })
    generateInto(copy, [])
    return contents(copy) !== contents(migrationsOf(root))
  } finally {
    rmSync(copy, { recursive: true })
  }
}

function contents(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  return JSON.stringify(
    files.sort().map((file) => [relative(folder, file), readFileSync(file, 'utf8')]),
  )
}

function generateInto(folder: string, extra: string[]): void {
  for (const [name, dialect] of Object.entries(dialects)) {
    const out = join(folder, name)
    drizzleKit(['--dialect', dialect, '--schema', `db/drizzle/${name}.ts`, ...extra], out)
    writeFileSync(join(out, 'all.ts'), asModule(out))
  }
}

function drizzleKit(args: string[], out: string): void {
  const kit = join(root, 'node_modules/drizzle-kit/bin.cjs')
  // A relative path: drizzle-kit puts ./ before whatever it is given.
  const where = ['--out', relative(root, out)]
  const ran = spawnSync(process.execPath, [kit, 'generate', ...args, ...where], {
    cwd: root,
    encoding: 'utf8',
  })
  if (ran.status !== 0) throw new Error(`drizzle-kit failed:\n${ran.stdout}${ran.stderr}`)
}

/** The SQL as a module: a bundle carries it, and no path has to be found at run time. */
function asModule(out: string): string {
  const files = readdirSync(out)
    .filter((file) => file.endsWith('.sql'))
    .sort()
  const migrations = files.map((file) => ({
    name: file.replace(/\.sql$/, ''),
    statements: readFileSync(join(out, file), 'utf8')
      .split('--> statement-breakpoint')
      .map((statement) => statement.trim()),
  }))
  return `// Made by npm run db:generate.\nimport type { Migration } from '../../migrations.ts'\n\nexport const migrations: readonly Migration[] = ${JSON.stringify(migrations, null, 2)}\n`
}
