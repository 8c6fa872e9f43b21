import { parseArgs } from 'node:util'
import { database } from '#db'
import { type ApiKey, createKey, keyName, keyTrail, listKeys, revokeKey } from '#lib/api-keys'
import { SettingsError } from '#lib/env'
import { GrantkeeperError } from '#lib/errors'
import { offeredProviders } from '#lib/providers/provider'
import { readOwnSettings } from './own-settings.ts'

/** A command that cannot be meant so. Its message is for the person who gave it. */
class Mistake extends Error {}

const usage = `Keys for backend jobs (docs/backend-jobs.md):
  npm run keys -- create NAME --providers acme,github [--expires 90d] [--org ORG]
  npm run keys -- list
  npm run keys -- revoke NAME|ID
  npm run keys -- history           when which key was made or revoked

--providers  ids, or "*" for all
--expires    hours, days or weeks, such as 12h, 90d or 8w, or never (default: 90d)
--org        the only organization whose users the key may name`

const hour = 3_600_000
const units: Record<string, number> = { h: hour, d: 24 * hour, w: 7 * 24 * hour }

const commands: Record<string, (argument: string | undefined) => Promise<void>> = {
  create,
  list,
  revoke,
  history,
}

readOwnSettings()
try {
  const { command, argument } = read()
  await command(argument)
} catch (error) {
  console.error(sentence(error))
  process.exitCode = 1
}

function read() {
  const { positionals } = options()
  const [name = '', argument, ...rest] = positionals
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command || rest.length > 0) throw new Mistake(usage)
  return { command, argument }
}

function options() {
  const text = { type: 'string' } as const
  try {
    return parseArgs({
      allowPositionals: true,
      options: { providers: text, expires: { ...text, default: '90d' }, org: text },
    })
  } catch (error) {
    throw new Mistake(`${(error as Error).message}\n\n${usage}`)
  }
}

/** The key alone goes to stdout, so that a script can keep it; what is said about it, to stderr. */
async function create(name = ''): Promise<void> {
  const { values } = options()
  if (!keyName.test(name))
    throw new Mistake(
      `"${name}" cannot be a key's name: up to 32 letters, digits, spaces, dots, _ and -, as users see it in their activity.`,
    )
  const providers = readProviders(values.providers)
  const expiresAt = readExpiry(values.expires)
  const { org } = values
  // An empty one may be a variable that was not set, and would open every organization.
  if (org === '')
    throw new Mistake('--org is empty. Name the organization, or leave it out for all.')
  const made = await closing(createKey({ name, providers, expiresAt, org }))
  if (!made)
    throw new Mistake(
      `A living key is called "${name}". Choose another name, or end that one: npm run keys -- revoke "${name}"`,
    )
  const end = expiresAt ? `until ${day(expiresAt)}` : 'without an end'
  const whose = org === undefined ? '' : ` for users of ${org}`
  console.error(`"${name}" may ask for tokens of ${providers.join(', ')}${whose}, ${end}. Its key:`)
  console.log(made.key)
  console.error('Keep it now where the job finds its secrets: it is shown this once.')
}

async function list(argument?: string): Promise<void> {
  if (argument !== undefined) throw new Mistake(usage)
  const keys = await closing(listKeys())
  if (keys.length === 0) return console.log('There are no keys yet. npm run keys -- create …')
  const head = ['NAME', 'PROVIDERS', 'ORG', 'CREATED', 'EXPIRES', 'STATE', 'ID']
  const rows = keys.map((key) => [
    ...[key.name, key.providers.join(','), key.org ?? '-', day(key.createdAt)],
    ...[key.expiresAt ? day(key.expiresAt) : 'never', stateOf(key), key.id],
  ])
  console.log(table([head, ...rows]))
}

async function revoke(nameOrId?: string): Promise<void> {
  if (!nameOrId) throw new Mistake(usage)
  const revoked = await closing(revokeKey(nameOrId))
  if (!revoked) throw new Mistake(`No living key is called "${nameOrId}". npm run keys -- list`)
  console.log(`"${revoked.name}" is revoked: from now on it is refused.`)
}

async function history(argument?: string): Promise<void> {
  if (argument !== undefined) throw new Mistake(usage)
  const trail = await closing(keyTrail())
  if (trail.length === 0) return console.log('No key has been made or revoked yet.')
  for (const { at, type, detail } of trail) {
    const { name, id, providers, org } = JSON.parse(detail)
    const whose = org ? ` for users of ${org}` : ''
    const what = type === 'api_key_revoked' ? 'revoked' : 'created'
    console.log(`${at.toISOString()}  ${what}  "${name}" (${id}): ${providers}${whose}`)
  }
}

/** A pool that stays open would keep this process from its end. */
async function closing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } finally {
    await (await database()).close()
  }
}

function readProviders(given = ''): string[] {
  const offered = offeredProviders().map(({ id }) => id)
  const ids = [...new Set(given.split(',').map((id) => id.trim()))].filter(Boolean)
  const known = `Offered here: ${offered.join(', ') || 'none'}.`
  if (ids.length === 0) throw new Mistake(`--providers says which, or "*" for all. ${known}`)
  if (ids.includes('*')) return ['*']
  const unknown = ids.find((id) => !offered.includes(id))
  if (unknown) throw new Mistake(`No provider "${unknown}" is offered here. ${known}`)
  return ids
}

function readExpiry(given: string): Date | undefined {
  if (given === 'never') return undefined
  const [, count, unit = ''] = /^([1-9]\d{0,3})([hdw])$/.exec(given) ?? []
  if (count === undefined)
    throw new Mistake(`--expires cannot be "${given}": a time such as 12h, 90d or 8w, or never.`)
  return new Date(Date.now() + Number(count) * (units[unit] ?? hour))
}

function stateOf({ revokedAt, expiresAt }: ApiKey): string {
  if (revokedAt) return 'revoked'
  return expiresAt && expiresAt.getTime() <= Date.now() ? 'expired' : 'alive'
}

function table(rows: string[][]): string {
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0))) ?? []
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10)
}

function sentence(error: unknown): string {
  if (error instanceof Mistake || error instanceof SettingsError) return error.message
  const cause = error instanceof GrantkeeperError ? error.cause : error
  return `The keys are out of reach: ${cause instanceof Error ? cause.message || cause.name : 'for no stated reason'}`
}
