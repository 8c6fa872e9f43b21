import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { type Import, importsOf, withoutComments } from './imports.ts'
import { root } from './run.ts'

/** A file of the product: its path from the project's folder, and its text. */
export type Source = { file: string; text: string }

/** Every import of the product that goes against the arrows, one sentence each. */
export async function arrows(): Promise<string[]> {
  const sources: Source[] = []
  const product = ['{app,lib,db,bench}/**/*.{ts,tsx}', '{proxy,instrumentation,server}.ts']
  for await (const file of glob(product, { cwd: root }))
    if (!/\.(test|spec)\.tsx?$|\/(testing|migrations|node_modules|\.next)\//.test(file))
      sources.push({ file, text: readFileSync(join(root, file), 'utf8') })
  return complaints(sources)
}

/** As `arrows`, for the given files. */
export function complaints(sources: Source[]): string[] {
  return [
    ...sources.flatMap(({ file, text }) => [
      ...importsOf(file, text).flatMap((found) => complaint(file, found)),
      ...readsEnvironment(file, text),
    ]),
    ...sentToBrowser(sources),
  ]
}

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
  'env',
  'settings/values',
  'errors',
  'in-time',
  'telemetry',
  'process',
  'url-pattern',
  'public-address',
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

/** "Who may import whom". */
const rules: Rule[] = [
  { from: ['instrumentation'], to: ['lib/boot', 'app/api/own-server', 'app/api/own-server-core'] },
  { from: ['lib/boot'], to: ['lib/', 'db/'] },
  // It answers the token route itself. All else it has from the build (app/api/own-server.ts).
  {
    from: ['server'],
    to: ['lib/door', 'lib/built-config', 'app/api/own-server', 'app/api/token-mouth'],
  },
  // A logout also forgets the attempts in flight.
  { from: ['proxy'], to: [...leaves, 'lib/login/', 'lib/session', 'lib/oauth/transaction'] },
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
    ],
  },
  { from: ['app/api/auth/'], to: [...pages, 'lib/login/', 'lib/ended-sessions'] },
  { from: ['app/api/health/', 'app/api/ready/'], to: [...pages, 'lib/vault-canary', 'db/'] },
  { from: ['app/(signed-in)/integrations/connect/'], to: [...pages, ...edge] },
  // What is served and shown of the API is the description that is committed.
  { from: ['app/docs/', 'app/api/openapi.json/'], to: [...pages, 'docs/openapi.json'] },
  { from: ['app/'], to: pages, types: ['lib/providers/'] },
  {
    from: ['lib/integrations/'],
    to: [
      ...leaves,
      'lib/oauth/',
      'lib/providers/',
      'lib/proxy/',
      'lib/vault',
      'lib/vault-canary',
      'lib/audit',
      'lib/audit-retention',
      'lib/ended-sessions',
      'lib/rate-limits',
      'db/',
    ],
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
  { from: ['lib/session'], to: [...leaves, 'lib/login/', 'lib/ended-sessions', 'db/'] },
  // What the issuer ends is stored; a session is asked whether it has been.
  { from: ['lib/ended-sessions'], to: ['lib/login/session-cookie', 'db/'], types: ['lib/login/'] },
  { from: ['lib/callers'], to: [...leaves, 'lib/login/', 'lib/session', 'lib/api-keys'] },
  { from: ['lib/api-keys'], to: [...leaves, 'db/'] },
  { from: ['lib/rate-limits'], to: [...leaves, 'db/'] },
  { from: ['lib/vault-canary'], to: [...leaves, 'lib/vault', 'db/'] },
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
      ...['lib/oauth/seal', 'e2e/', 'scripts/run', 'scripts/build'],
    ],
  },
]

/** Packages that only some may know. An empty list: nobody. */
const packages: Record<string, string[]> = {
  'drizzle-orm': [
    'db/',
    'lib/integrations/',
    'lib/api-keys',
    'lib/audit',
    'lib/audit-retention',
    'lib/ended-sessions',
    'lib/rate-limits',
    'lib/session',
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

function complaint(file: string, found: Import): string[] {
  if (found.isPackage) {
    const mayKnow = packages[found.target]
    if (!mayKnow || mayKnow.some((prefix) => file.startsWith(prefix))) return []
    return [`${file} may not import the package ${found.target}`]
  }
  const rule = rules.find(({ from }) => from.some((prefix) => isUnder(file, prefix)))
  const allowed = [...(rule?.to ?? []), ...(found.isType ? (rule?.types ?? []) : [])]
  const own = rule?.from.some((prefix) => prefix.endsWith('/') && found.target.startsWith(prefix))
  if (own || allowed.some((prefix) => isUnder(found.target, prefix))) return []
  return [`${file} may not import ${found.target}${found.isType ? ' (as a type)' : ''}`]
}

/** 'lib/vault' is lib/vault.ts and not lib/vault-canary.ts; 'lib/oauth/' is all below it. */
function isUnder(path: string, prefix: string): boolean {
  return prefix.endsWith('/') ? path.startsWith(prefix) : path.replace(/\.tsx?$/, '') === prefix
}

function readsEnvironment(file: string, text: string): string[] {
  // The second one sets a variable of Next's own.
  if (file === 'lib/env.ts' || file === 'lib/built-config.ts') return []
  // What a bench measures has settings of its own.
  if (file.startsWith('bench/')) return []
  // Next itself sets NEXT_RUNTIME, and replaces it while it builds.
  const code = withoutComments(text).replace(/process\.env\.NEXT_RUNTIME/g, '')
  return /\bprocess\s*\.\s*env\b/.test(code)
    ? [`${file} may not read process.env: lib/env.ts does`]
    : []
}

/** CR-13: what a 'use client' file needs to run is sent to the browser, over however many files. */
function sentToBrowser(sources: Source[]): string[] {
  const byFile = new Map(sources.map((source) => [source.file, source]))
  const marked = (source: Source | undefined, mark: string) =>
    source !== undefined &&
    new RegExp(`^\\s*['"]use ${mark}['"]`).test(withoutComments(source.text))
  const sent = new Set(sources.filter((source) => marked(source, 'client')).map(({ file }) => file))
  const found: string[] = []
  for (const file of sent)
    for (const { target, isPackage, isType } of importsOf(file, byFile.get(file)?.text ?? '')) {
      if (isPackage || isType) continue
      if (/^(lib|db)\//.test(target))
        found.push(`${file} is sent to the browser and imports ${target}`)
      else if (byFile.has(target) && !marked(byFile.get(target), 'server')) sent.add(target)
    }
  return found
}
