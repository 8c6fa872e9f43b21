import { z } from 'zod'
import { parseHostPattern, parseUrlPattern } from '../url-pattern.ts'
import { ofDriver, sessionSecret } from './login.ts'
import {
  baseUrl,
  completionUrl,
  keyRing,
  list,
  listenAddress,
  milliseconds,
  patterns,
} from './values.ts'

/** One entry a variable; `describe` is what `.env.example` says of it. */
export const settings = z.object({
  APP_BASE_URL: z
    .string()
    .transform(list)
    .pipe(z.array(baseUrl).min(1))
    .describe(
      "This deployment's own URL, or a comma-separated list: the first is canonical, another is chosen only by a Host that equals it exactly. At Vercel it may be left out: then it is the project's domain (VERCEL_PROJECT_PRODUCTION_URL), and on a preview VERCEL_URL and VERCEL_BRANCH_URL.",
    ),
  PORT: z.coerce
    .number()
    .int()
    .min(1)
    .max(65_535)
    .default(3000)
    .describe(
      'The port to listen on. Default: that of an APP_BASE_URL such as http://localhost:4500, else 3000.',
    ),
  HOST: listenAddress
    .optional()
    .describe(
      'The address to listen on: localhost (127.0.0.1 and ::1), an IP address of this machine, or :: for all. Default: localhost where every APP_BASE_URL is on this machine, else all.',
    ),
  KEEP_ALIVE_TIMEOUT_S: z.coerce
    .number()
    .int()
    .min(1)
    .max(3600)
    .default(75)
    .describe(
      "How long npm start keeps an idle connection, in seconds: longer than a load balancer in front does (AWS's for 60, Google's for 600), or requests meet one that is just being closed.",
    ),
  LOGIN_DRIVER: z
    .enum(['auth0', 'oidc'])
    .default('auth0')
    .describe(
      'Who logs users in: Auth0 (@auth0/nextjs-auth0), or any other OpenID issuer (next-auth). Each needs its own of the following settings (docs/login.md).',
    ),
  AUTH0_DOMAIN: ofDriver('The Auth0 tenant (or custom domain), such as acme.eu.auth0.com.'),
  AUTH0_CLIENT_ID: ofDriver('Client ID of the Regular Web Application at Auth0.'),
  AUTH0_CLIENT_SECRET: ofDriver('Client secret of that application.'),
  AUTH0_SECRET: sessionSecret(
    'Seals the login session: 32 random bytes in hex. npm run setup makes one.',
  ),
  AUTH0_AUDIENCE: z
    .string()
    .optional()
    .describe("This API's identifier at Auth0, for the access tokens of SPAs and of backend jobs."),
  OIDC_ISSUER: ofDriver(
    'The issuer, exactly as it stands in its metadata as "issuer", such as https://id.example.com/realms/acme.',
  ),
  OIDC_CLIENT_ID: ofDriver('Client ID of this app there.'),
  OIDC_CLIENT_SECRET: ofDriver('Client secret of this app there.'),
  OIDC_CLIENT_AUTH: z
    .enum(['client_secret_basic', 'client_secret_post'])
    .optional()
    .describe(
      'How the client proves itself there, where the issuer takes both and this client is registered for one. Unless told, client_secret_basic where the issuer takes it.',
    ),
  OIDC_AUDIENCE: z
    .string()
    .optional()
    .describe(
      'As AUTH0_AUDIENCE: the `aud` of the access tokens that the issuer gives for this API.',
    ),
  NEXTAUTH_URL: baseUrl
    .optional()
    .describe(
      "With oidc: the app's own URL, the same as APP_BASE_URL, which then takes one. Not on Vercel, where each deployment has its own.",
    ),
  NEXTAUTH_SECRET: sessionSecret('With oidc: as AUTH0_SECRET.'),
  LOGIN_SCOPE: z
    .string()
    .regex(
      /^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/,
      'is a list of scopes, with one space between',
    )
    .refine((scope) => scope.split(' ').includes('openid'), 'must contain openid')
    .default('openid profile email')
    .describe(
      'What a login asks the issuer for. Leave out profile or email where the issuer does not know them and refuses the login (invalid_scope).',
    ),
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
    .describe('file:… for SQLite, or postgres://…. On Vercel only Postgres lasts.'),
  DATABASE_URL_UNPOOLED: z
    .string()
    .regex(/^postgres(ql)?:\/\/.+$/, 'starts with postgres://')
    .optional()
    .describe('The same Postgres without its pooler, for migrations alone, as Neon names it.'),
  MIGRATE_PREVIEWS: z
    .enum(['true', 'false'])
    .default('false')
    .transform((value) => value === 'true')
    .describe(
      "true lets the build of a Vercel preview migrate: where DATABASE_URL is the previews' own database.",
    ),
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
  PROXY_IGNORED_HEADERS: z
    .string()
    .default('')
    .transform((text) => list(text).map((name) => name.toLowerCase().replaceAll('_', '-')))
    .describe(
      'Comma-separated names of request headers that your own network adds to every request: calls through the proxy go on without them, instead of being refused (docs/calling-apis.md).',
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
  VERCEL_PROJECT_PRODUCTION_URL: z
    .string()
    .optional()
    .describe("Set by Vercel itself: the project's domain."),
  VERCEL_URL: z.string().optional().describe("Set by Vercel itself: the deployment's own host."),
  VERCEL_BRANCH_URL: z.string().optional().describe("Set by Vercel itself: the branch's host."),
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('What is logged, as JSON lines.'),
})

/** The settings as they were read, before anything is said of them together. */
export type Settings = z.output<typeof settings>
