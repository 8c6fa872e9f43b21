import { spawnSync } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { join } from 'node:path'

const needed = ['git', 'curl', 'nginx', 'caddy']

/** @throws {Error} that says what to install, where a program is missing that the page uses */
export function assertPrograms(): void {
  const missing = needed.filter((name) => spawnSync('which', [name]).status !== 0)
  if (missing.length > 0)
    throw new Error(
      `Missing: ${missing.join(', ')}. On Debian: apt-get install ${missing.join(' ')}`,
    )
  postgresPrograms()
}

/** The newest of Debian's folders that has the server and its clients: both must be of one version. */
export function postgresPrograms(): string {
  const folders = globSync('/usr/lib/postgresql/*/bin').toSorted(byVersion)
  const found = folders.findLast((folder) => existsSync(join(folder, 'initdb')))
  if (!found) throw new Error('Missing: Postgres. On Debian: apt-get install postgresql')
  return found
}

function byVersion(one: string, other: string): number {
  return Number(one.split('/')[4]) - Number(other.split('/')[4])
}
