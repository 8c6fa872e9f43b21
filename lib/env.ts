import type { z } from 'zod'
import { contradictions } from './settings/contradictions.ts'
import { withOwnPort } from './settings/listening.ts'
import { missingForLogin } from './settings/login.ts'
import { type Settings, settings } from './settings/table.ts'
import { withVercelHosts } from './settings/vercel-hosts.ts'

export { listensOn, strictTransport } from './settings/listening.ts'

/**
 * The settings of this process: read once, checked whole. Nothing else reads `process.env`.
 * @throws {SettingsError} naming every setting that is missing or wrong, never a secret's value
 */
export function env(): Env {
  parsed ??= parseEnv(process.env)
  return parsed
}

/** As `env`, from the given variables: for tests, `doctor` and the command line. */
export function parseEnv(variables: Record<string, string | undefined>): Env {
  const given = withOwnPort(withVercelHosts(withoutEmpty(variables)))
  const result = settings.safeParse(given, { reportInput: true })
  const missing = [...missingForLogin(given)]
  if (!result.success) throw new SettingsError([...missing, ...result.error.issues.map(sentence)])
  const problems = [...missing, ...contradictions(result.data, given)]
  if (problems.length > 0) throw new SettingsError(problems)
  return { ...result.data, client: (provider) => clientOf(provider, given) }
}

function withoutEmpty(variables: Record<string, string | undefined>): Record<string, string> {
  const isSet = (entry: [string, string | undefined]): entry is [string, string] => !!entry[1]
  return Object.fromEntries(Object.entries(variables).filter(isSet))
}

/** The settings stop the start. Its message is meant for the person who starts the app. */
export class SettingsError extends Error {
  /** One sentence each. */
  readonly problems: readonly string[]

  constructor(problems: string[]) {
    super(`Grantkeeper cannot start. These settings need mending:\n  - ${problems.join('\n  - ')}`)
    this.name = 'SettingsError'
    this.problems = problems
  }
}

/** Our registration at one provider, from `{ID}_CLIENT_ID` and `{ID}_CLIENT_SECRET`. */
export type Client = { id: string; secret: string | undefined }

export type Env = Settings & {
  /** The client at a provider, or undefined where none is configured. */
  client: (provider: string) => Client | undefined
}

let parsed: Env | undefined

/**
 * This deployment's own origin for a request: the canonical one, unless the Host header names another
 * of the configured ones exactly. No other header is believed.
 */
export function baseUrlFor(host: string | null): string {
  const [canonical = '', ...others] = env().APP_BASE_URL
  return others.find((url) => new URL(url).host === host) ?? canonical
}

/** Whether what is stored outlives the process that stores it. On Vercel a file does not. */
export function hasDurableDatabase({ VERCEL, DATABASE_URL }: Storage = env()): boolean {
  return !VERCEL || !DATABASE_URL.startsWith('file:')
}

type Storage = Pick<Settings, 'VERCEL' | 'DATABASE_URL'>

function clientOf(provider: string, given: Record<string, string | undefined>): Client | undefined {
  const prefix = provider.toUpperCase().replaceAll('-', '_')
  const id = given[`${prefix}_CLIENT_ID`]
  return id ? { id, secret: given[`${prefix}_CLIENT_SECRET`] } : undefined
}

function sentence(issue: z.core.$ZodIssue): string {
  const name = String(issue.path[0] ?? 'settings')
  const isMissing = issue.code === 'invalid_type' && issue.input === undefined
  return isMissing ? `${name} is missing` : `${name}: ${issue.message}`
}
