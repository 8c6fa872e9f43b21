import { appendFileSync, chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { parseEnv } from 'node:util'

/** What a file of settings holds; nothing where there is no file. */
export function readEnvFile(file: string): Record<string, string> {
  if (!existsSync(file)) return {}
  const values = parseEnv(readFileSync(file, 'utf8'))
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value ?? '']))
}

/**
 * Adds settings to a file that only its owner may read. A setting that has a value there keeps it.
 * @returns the names that were added, and those that were kept
 */
export function addToEnvFile(
  file: string,
  values: Record<string, string>,
): { added: string[]; kept: string[] } {
  const present = readEnvFile(file)
  const kept = Object.keys(values).filter((name) => present[name])
  const added = Object.keys(values).filter((name) => !present[name])
  const before = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const gap = before === '' || before.endsWith('\n') ? '' : '\n'
  const lines = added.map((name) => `${name}=${quoted(values[name] ?? '')}\n`)
  appendFileSync(file, gap + lines.join(''), { mode: 0o600 })
  chmodSync(file, 0o600)
  return { added, kept }
}

/** As `addToEnvFile`, but a setting that is there gets the new value. */
export function setInEnvFile(file: string, values: Record<string, string>): void {
  const before = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const isKept = (line: string) => !Object.hasOwn(values, line.split('=', 1)[0] ?? '')
  writeFileSync(file, before.split('\n').filter(isKept).join('\n'), { mode: 0o600 })
  addToEnvFile(file, values)
}

/** Plain where every reader of such files agrees; Next expands `$` even inside single quotes. */
function quoted(value: string): string {
  if (/^[\w@%+=:,./~-]*$/.test(value)) return value
  const mark = value.includes("'") ? '"' : "'"
  return mark + value.replaceAll('$', '\\$') + mark
}
