import { z } from 'zod'
import { withPreviewHosts } from './preview-hosts.ts'
import { relayContradictions } from './relay-settings.ts'
import { sharedSecrets } from './shared-secrets.ts'
import { parseHostPattern, parseUrlPattern, type UrlPattern } from './url-pattern.ts'

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
  const given = withPreviewHosts(withoutEmpty(variables))
  const result = settings.safeParse(given, { reportInput: true })
  if (!result.success) throw new SettingsError(result.error.issues.map(sentence))
  const problems = [...contradictions(result.data, given)]
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

/** Keys by number. The highest number seals, all of them open. */
export type KeyRing = ReadonlyMap<number, Buffer>

export type Env = z.output<typeof settings> & {
  /** The client at a provider, or undefined where none is configured. */
  client: (provider: string) => Client | undefined
}

let parsed: Env | undefined

const list = (value: string) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

const milliseconds = (fallback: number) =>
  z.coerce.number().int().min(100).max(600_000).default(fallback)

const patterns =
  (parse: (source: string) => UrlPattern) =>
  (value: string, context: z.RefinementCtx): UrlPattern[] =>
    list(value).flatMap((source) => {
      try {
        return [parse(source)]
      } catch (error) {
        context.addIssue((error as TypeError).message)
        return []
      }
    })

const baseUrl = z.string().transform((value, context) => {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.origin !== value.replace(/\/$/, '')) {
    context.addIssue(`"${value}" is not an origin such as https://app.example.com (no path)`)
    return z.NEVER
  }
  return url.origin
})

const completionUrl = z.string().superRefine((value, context) => {
  const url = URL.canParse(value) ? new URL(value) : undefined
  const isKept = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLocal(url.hostname))
  if (!url || !isKept || url.href !== value || /[#?]/.test(value) || url.username || url.password)
    context.addIssue(
      `"${value}" is not an https URL as a browser writes it, without query or fragment`,
    )
})

const keyRing = z.string().transform((value, context): KeyRing => {
  const keys = new Map<number, Buffer>()
  for (const part of list(value)) {
    const [, number, encoded] = /^([1-9]\d{0,5}):([A-Za-z0-9+/]{43}=)$/.exec(part) ?? []
    const key = Buffer.from(encoded ?? '', 'base64')
    if (!number || key.length !== 32) {
      context.addIssue('each key is a number, a colon and 32 bytes in base64, as in 1:…=')
      return z.NEVER
    }
    if (keys.has(Number(number))) {
      context.addIssue(`key ${number} is there twice`)
      return z.NEVER
    }
    if (new Set(key).size < 8) {
      context.addIssue(`key ${number} is not random (a sample?); make one with npm run setup`)
      return z.NEVER
    }
    keys.set(Number(number), key)
  }
  if (keys.size === 0) context.addIssue('at least one key is needed; make one with npm run setup')
  return keys
})

/** One entry a variable; `describe` is what `.env.example` says of it. */
export const settings = z.object({
  APP_BASE_URL: z
    .string()
    .transform(list)
    .pipe(z.array(baseUrl).min(1))
    .describe(
      "This deployment's own URL, or a comma-separated list: the first is canonical, another is chosen only by a Host that equals it exactly. On a Vercel preview it may be left out: then it is VERCEL_URL and VERCEL_BRANCH_URL.",
    ),
  PORT: z.coerce.number().int().min(1).max(65_535).default(3000).describe('The port to listen on.'),
  LOGIN_DRIVER: z
    .enum(['auth0'])
    .default('auth0')
    .describe('Who logs users in: auth0 (@auth0/nextjs-auth0).'),
  AUTH0_DOMAIN: z
    .string()
    .describe('The Auth0 tenant (or custom domain), such as acme.eu.auth0.com.'),
  AUTH0_CLIENT_ID: z.string().describe('Client ID of the Regular Web Application at Auth0.'),
  AUTH0_CLIENT_SECRET: z.string().describe('Client secret of that application.'),
  AUTH0_SECRET: z
    .string()
    .min(32)
    .describe('Seals the login session: 32 random bytes in hex. npm run setup makes one.'),
  AUTH0_AUDIENCE: z
    .string()
    .optional()
    .describe("This API's identifier at Auth0, for the access tokens of SPAs and of backend jobs."),
  M2M_CLIENTS: z
    .string()
    .default('')
    .transform(list)
    .describe(
      "Comma-separated client ids that may vend with the issuer's machine-to-machine tokens.",
    ),
  DATABASE_URL: z
    .string()
    .regex(
      /^(file:.+|postgres(ql)?:\/\/.+)$/,
      'starts with file: (SQLite) or postgres:// (Postgres)',
    )
    .default('file:./data/grantkeeper.db')
    .describe('file:… for SQLite, or postgres://….'),
  VAULT_KEYS: keyRing.describe(
    'Seals the tokens: 1:base64key[,2:base64key…], 32 bytes each; the highest number seals, all open.',
  ),
  TRANSACTION_KEYS: keyRing.describe('Seals the transactions: the same form, another secret.'),
  RETURN_URLS: z
    .string()
    .default('')
    .transform(patterns(parseUrlPattern))
    .describe(
      "Comma-separated absolute URL prefixes that return_to may lead to; a host's left-most label may hold one * for preview hosts.",
    ),
  SPA_COMPLETION_URLS: z
    .string()
    .default('')
    .transform(list)
    .pipe(z.array(completionUrl))
    .describe(
      'Comma-separated exact URLs at which a SPA completes a ticket; their origins may call the API.',
    ),
  PROVIDERS_FILE: z
    .string()
    .optional()
    .describe("JSON with further providers, or overrides of the catalogue's entries."),
  ALLOW_INSECURE_LOCALHOST: z
    .enum(['true', 'false'])
    .default('false')
    .transform((value) => value === 'true')
    .describe(
      'true lets issuers and providers on localhost, *.localhost and 127.0.0.1 through, http too. For the demo and tests.',
    ),
  CRON_SECRET: z.string().min(16).optional().describe('GET /api/cron wants it as a bearer token.'),
  TRANSACTION_TTL_S: z.coerce
    .number()
    .int()
    .min(1)
    .max(3600)
    .default(600)
    .describe('How long a user may take at the provider, in seconds.'),
  TOKEN_DEADLINE_MS: milliseconds(10_000).describe(
    'Total time for one call to a provider, in milliseconds.',
  ),
  LEASE_MS: milliseconds(30_000).describe(
    'How long one process may hold a grant while it talks to the provider, in milliseconds.',
  ),
  RELAY_URL: baseUrl
    .optional()
    .describe(
      "On a preview: the stable deployment's base URL. Providers then know only that one's relay, /api/integrations/{provider}/relay (docs/previews.md).",
    ),
  RELAY_KEYS: keyRing
    .optional()
    .describe(
      'On previews and the stable deployment, the same: seals which preview began. The same form, another secret.',
    ),
  RELAY_HOSTS: z
    .string()
    .default('')
    .transform(patterns(parseHostPattern))
    .describe(
      'On the stable deployment: comma-separated hosts of its previews, such as my-app-*-my-team.vercel.app.',
    ),
  VERCEL: z.string().optional().describe('Set by Vercel itself: there its clock calls /api/cron.'),
  VERCEL_ENV: z
    .string()
    .optional()
    .describe('Set by Vercel itself: production, preview or development.'),
  VERCEL_URL: z.string().optional().describe("Set by Vercel itself: the deployment's own host."),
  VERCEL_BRANCH_URL: z.string().optional().describe("Set by Vercel itself: the branch's host."),
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('What is logged, as JSON lines.'),
})

/** What no single setting shows: secrets used twice, times that do not fit, http in public. */
function* contradictions(
  env: z.output<typeof settings>,
  given: Record<string, string | undefined>,
): Generator<string> {
  if (env.LEASE_MS < 2 * env.TOKEN_DEADLINE_MS)
    yield 'LEASE_MS must be at least twice TOKEN_DEADLINE_MS, or a lease ends before the call it guards'
  for (const url of env.APP_BASE_URL)
    if (url.startsWith('http:') && !isLocal(new URL(url).hostname))
      yield 'APP_BASE_URL must be https: only localhost may use http'
  if (new Set(env.APP_BASE_URL.map((url) => new URL(url).protocol)).size > 1)
    yield 'APP_BASE_URL mixes http and https: its cookies could not be kept safe for both'
  if (/^http:/i.test(env.AUTH0_DOMAIN) && !isAllowedHttp(env, env.AUTH0_DOMAIN))
    yield 'AUTH0_DOMAIN must not be http: only localhost may be, with ALLOW_INSECURE_LOCALHOST=true'
  if (
    env.AUTH0_AUDIENCE === undefined &&
    (env.M2M_CLIENTS.length > 0 || env.SPA_COMPLETION_URLS.length > 0)
  )
    yield 'AUTH0_AUDIENCE is missing: without it no access token of a job (M2M_CLIENTS) or a SPA (SPA_COMPLETION_URLS) is accepted'
  for (const url of [env.RELAY_URL ?? '', ...env.RELAY_HOSTS.map(({ source }) => source)])
    if (url.startsWith('http:') && !isAllowedHttp(env, url.replace('*', 'x')))
      yield `${url} must be https: only localhost may use http, with ALLOW_INSECURE_LOCALHOST=true`
  yield* relayContradictions(env)
  yield* sharedSecrets(env, given)
  if (given.NODE_ENV === 'production' && given.NODE_TLS_REJECT_UNAUTHORIZED === '0')
    yield 'NODE_TLS_REJECT_UNAUTHORIZED=0 switches certificate checks off: remove it'
}

function isAllowedHttp(env: z.output<typeof settings>, url: string): boolean {
  return env.ALLOW_INSECURE_LOCALHOST && URL.canParse(url) && isLocal(new URL(url).hostname)
}

/**
 * This deployment's own origin for a request: the canonical one, unless the Host header names another
 * of the configured ones exactly. No other header is believed.
 */
export function baseUrlFor(host: string | null): string {
  const [canonical = '', ...others] = env().APP_BASE_URL
  return others.find((url) => new URL(url).host === host) ?? canonical
}

/** A host that never leaves this machine. */
export function isLocal(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '127.0.0.1'
}

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
