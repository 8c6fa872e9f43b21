import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Row } from './rows.ts'
import type { World } from './world.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

export type ApiKeyOptions = { name?: string; providers?: string; org?: string }

/**
 * An API key as an administrator makes it: by the project's own command, on the world's database. The
 * command is a process, so the same key asked for again, after the tables were emptied, is put back as it was.
 */
export async function apiKey(world: World, options: ApiKeyOptions = {}): Promise<string> {
  const made = madeIn(world)
  const wanted = JSON.stringify([options, world.env.VAULT_KEYS])
  const before = made.get(wanted)
  if (before) {
    await putBack(world, before.row)
    return before.key
  }
  const known = new Set((await world.rows.all('api_keys')).map(({ id }) => id))
  const key = await create(world, options)
  const row = (await world.rows.all('api_keys')).find(({ id }) => !known.has(id ?? null))
  if (row) made.set(wanted, { key, row })
  return key
}

async function create(
  world: World,
  { name = 'Nightly import', providers = 'acme', org }: ApiKeyOptions,
): Promise<string> {
  const more = org === undefined ? [] : ['--org', org]
  return (await keysCommand(world, ['create', name, '--providers', providers, ...more])).trim()
}

/** Runs `npm run keys` with these arguments; what it prints. */
export async function keysCommand({ env }: World, command: string[]): Promise<string> {
  const options = { cwd: root, env: { ...process.env, ...env } }
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['scripts/api-keys.ts', ...command],
    options,
  )
  return stdout
}

type Made = { key: string; row: Row }

const madeKeys = new WeakMap<World, Map<string, Made>>()

function madeIn(world: World): Map<string, Made> {
  const made = madeKeys.get(world) ?? new Map<string, Made>()
  madeKeys.set(world, made)
  return made
}

async function putBack({ rows }: World, row: Row): Promise<void> {
  const isThere = (await rows.all('api_keys')).some(({ id }) => id === row.id)
  if (isThere) throw new Error('This test makes the same key twice: give one another name')
  const values = Object.values(row).map(literal)
  await rows.execute(
    `insert into api_keys (${Object.keys(row).join(', ')}) values (${values.join(', ')})`,
  )
}

function literal(value: string | number | null): string {
  if (value === null) return 'null'
  return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`
}
