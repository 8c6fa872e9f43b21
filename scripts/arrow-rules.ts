type Rule = {
  /** Path prefixes that this rule is for; the first rule that fits a file holds. */
  from: string[]
  /** Path prefixes it may import, besides its own folder. */
  to: string[]
  /** What it may name as a type alone, besides. */
  types?: string[]
}

const leaves = [
  'aborted',
  'background',
  'connecting',
  'env',
  'settings/values',
  'errors',
  'fetch-metadata',
  'in-time',
  'own-cookies',
  'telemetry',
  'process',
  'url-pattern',
  'public-address',
  'tracing-headers',
].map((name) => `lib/${name}`)
/** The trail is read by the pages themselves: a verb in between would only pass it on. */
const pages = [
  ...leaves,
  'app/',
  'lib/integrations/',
  'lib/session',
  'lib/callers',
  'lib/audit',
  'lib/rate-limits',
]
/** The parsers at the edge (docs/decisions/0003). */
const edge = ['lib/oauth/return-url', 'lib/oauth/authorization', 'lib/providers/provider']

const belowVerbs = [
  ...leaves,
  'lib/oauth/',
  'lib/providers/',
  'lib/proxy/',
  'lib/vault',
  'lib/vault-canary',
  'lib/user-bonds',
  'lib/audit',
  'lib/audit-retention',
  'lib/ended-sessions',
  'lib/rate-limits',
  'db/',
]

/** "Who may import whom". */
export const rules: Rule[] = [
  { from: ['instrumentation'], to: ['lib/boot', 'app/api/own-server', 'app/api/own-server-core'] },
  { from: ['lib/boot'], to: ['lib/', 'db/'] },
  // It answers the token route itself. All else it has from the build (app/api/own-server.ts).
  {
    from: ['server'],
    to: ['lib/door', 'lib/listen', 'lib/built-config', 'app/api/own-server', 'app/api/token-mouth'],
  },
  { from: ['proxy'], to: ['app/gate'] },
  { from: ['app/gate', 'app/action-guard'], to: [...leaves, 'lib/login/', 'app/action-guard'] },
  {
    // The two ends of the grant hold the transaction itself, and start sends to the login.
    from: ['app/api/integrations/'],
    to: [
      ...pages,
      ...edge,
      'lib/oauth/transaction',
      'lib/oauth/ticket',
      'lib/oauth/relay',
      'lib/login/driver',
      // The headers of a call that goes on, for a preflight to allow.
      'lib/proxy/request-headers',
      // What reading is, for the scope that a token needs.
      'lib/proxy/paths',
    ],
  },
  // A logout also forgets the attempts in flight.
  {
    from: ['app/api/auth/'],
    to: [...pages, 'lib/login/', 'lib/ended-sessions', 'lib/oauth/transaction'],
  },
  { from: ['app/api/health/', 'app/api/ready/'], to: [...pages, 'lib/vault-canary', 'db/'] },
  { from: ['app/(signed-in)/integrations/connect/'], to: [...pages, ...edge] },
  // What is served and shown of the API is the description that is committed.
  { from: ['app/docs/', 'app/api/openapi.json/'], to: [...pages, 'docs/openapi.json'] },
  { from: ['app/'], to: pages, types: ['lib/providers/'] },
  // What the clock does besides grants: it takes over API keys of older versions.
  { from: ['lib/integrations/sweep'], to: [...belowVerbs, 'lib/integrations/', 'lib/api-keys'] },
  {
    from: ['lib/integrations/'],
    to: belowVerbs,
    types: ['lib/session', 'lib/callers'],
  },
  {
    from: ['lib/oauth/'],
    to: [...leaves, 'lib/providers/quirks', 'lib/providers/hash'],
    types: ['lib/providers/'],
  },
  { from: ['lib/proxy/'], to: leaves, types: ['lib/providers/', 'lib/oauth/outbound-stream'] },
  { from: ['lib/providers/'], to: leaves },
  { from: ['lib/login/'], to: leaves },
  {
    // A row of a user is theirs by the vault's word, not by the database's.
    from: ['lib/session'],
    to: [
      ...[...leaves, 'lib/login/', 'lib/ended-sessions', 'db/'],
      ...['lib/user-bonds', 'lib/vault-canary'],
    ],
  },
  { from: ['lib/user-bonds'], to: [...leaves, 'lib/vault-canary', 'lib/vault-mac', 'db/'] },
  // What the issuer ends is stored; a session is asked whether it has been.
  { from: ['lib/ended-sessions'], to: ['lib/login/session-cookie', 'db/'], types: ['lib/login/'] },
  { from: ['lib/callers'], to: [...leaves, 'lib/login/', 'lib/session', 'lib/api-keys'] },
  {
    from: ['lib/api-keys'],
    to: [...leaves, 'lib/audit', 'lib/vault-canary', 'lib/vault-mac', 'db/'],
  },
  { from: ['lib/rate-limits'], to: [...leaves, 'db/'] },
  { from: ['lib/vault-canary'], to: [...leaves, 'lib/vault', 'db/'] },
  // Which key vouches follows from what the canaries tell.
  { from: ['lib/vault-mac'], to: [...leaves, 'lib/vault-canary'] },
  { from: ['lib/vault'], to: leaves },
  {
    // The name of a provider, for people who read the trail.
    from: ['lib/audit'],
    to: [...leaves, 'lib/providers/provider', 'db/'],
    types: ['lib/session', 'lib/callers'],
  },
  { from: ['lib/audit-retention'], to: [...leaves, 'db/'], types: ['lib/audit'] },
  {
    from: ['lib/env'],
    to: ['lib/settings/', 'lib/url-pattern'],
  },
  { from: ['lib/background'], to: ['lib/process'] },
  { from: ['lib/settings/'], to: ['lib/url-pattern'] },
  { from: ['lib/errors', 'lib/process', 'lib/url-pattern'], to: [] },
  { from: ['lib/'], to: leaves },
  { from: ['db/'], to: ['lib/env', 'lib/errors', 'lib/process'] },
  {
    // It measures the app from outside, with what the tests start it with, and the verbs without HTTP.
    from: ['bench/'],
    to: [
      ...['lib/integrations/', 'lib/api-keys', 'lib/callers', 'lib/session', 'lib/vault', 'db/'],
      'lib/vault-mac',
      ...['lib/env', 'lib/oauth/outbound', 'lib/oauth/seal'],
      ...['e2e/', 'scripts/run', 'scripts/build', 'scripts/warm'],
    ],
  },
]

/** Packages that only some may know. An empty list: nobody. */
export const packages: Record<string, string[]> = {
  'drizzle-orm': [
    'db/',
    'lib/integrations/',
    'lib/api-keys',
    'lib/audit',
    'lib/audit-retention',
    'lib/ended-sessions',
    'lib/rate-limits',
    'lib/session',
    'lib/user-bonds',
    'lib/vault-canary',
  ],
  'rate-limiter-flexible': ['db/', 'lib/rate-limits'],
  'better-sqlite3': ['db/', 'bench/'],
  pg: ['db/', 'bench/'],
  oauth4webapi: ['lib/oauth/'],
  'iron-session': ['lib/oauth/'],
  '@auth0/nextjs-auth0': ['lib/login/', 'bench/'],
  'next-auth': ['lib/login/', 'app/api/auth/'],
  axios: [],
}
