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
  const product = ['{app,lib,db}/**/*.{ts,tsx}', '{proxy,instrumentation,server}.ts']
  for await (const file of glob(product, { cwd: root }))
    if (!/\.(test|spec)\.tsx?$|\/(testing|migrations)\//.test(file))
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

const leaves = ['lib/env', 'lib/errors', 'lib/telemetry', 'lib/process']

/** "Who may import whom". */
const rules: Rule[] = [
  { from: ['instrumentation.ts', 'server.ts'], to: ['lib/', 'db/'] },
  { from: ['proxy.ts'], to: [...leaves, 'lib/login/', 'lib/session'] },
  {
    // The two ends of the authorization code grant also hold the transaction itself.
    from: ['app/api/integrations/'],
    to: [...appMay(), 'lib/oauth/transaction', 'lib/oauth/relay'],
  },
  { from: ['app/api/health/', 'app/api/ready/'], to: [...appMay(), 'lib/vault-canary', 'db/'] },
  { from: ['app/'], to: appMay(), types: ['lib/providers/', 'lib/audit'] },
  {
    from: ['lib/integrations/'],
    to: [...leaves, 'lib/oauth/', 'lib/providers/', 'lib/vault', 'lib/audit', 'db/'],
    types: ['lib/session', 'lib/callers'],
  },
  { from: ['lib/oauth/'], to: [...leaves, 'lib/providers/quirks'], types: ['lib/providers/'] },
  { from: ['lib/providers/'], to: leaves },
  { from: ['lib/login/'], to: leaves },
  { from: ['lib/session'], to: [...leaves, 'lib/login/', 'db/'] },
  { from: ['lib/callers'], to: [...leaves, 'lib/login/', 'lib/session'] },
  { from: ['lib/vault-canary'], to: [...leaves, 'lib/vault', 'db/'] },
  { from: ['lib/vault'], to: leaves },
  { from: ['lib/audit'], to: [...leaves, 'db/'], types: ['lib/session', 'lib/callers'] },
  { from: ['lib/env'], to: ['lib/url-pattern'] },
  { from: ['lib/errors', 'lib/process', 'lib/url-pattern'], to: [] },
  { from: ['lib/'], to: leaves },
  { from: ['db/'], to: ['lib/env', 'lib/errors', 'lib/process'] },
]

function appMay(): string[] {
  return [...leaves, 'app/', 'lib/integrations/', 'lib/session', 'lib/callers']
}

/** Packages that only some may know. An empty list: nobody. */
const packages: Record<string, string[]> = {
  'drizzle-orm': ['db/', 'lib/integrations/', 'lib/audit', 'lib/session', 'lib/vault-canary'],
  'better-sqlite3': ['db/'],
  pg: ['db/'],
  oauth4webapi: ['lib/oauth/'],
  'iron-session': ['lib/oauth/'],
  '@auth0/nextjs-auth0': ['lib/login/'],
  'next-auth': ['lib/login/', 'app/api/auth/'],
  axios: [],
}

function complaint(file: string, found: Import): string[] {
  if (found.isPackage) {
    const mayKnow = packages[found.target]
    if (!mayKnow || mayKnow.some((prefix) => file.startsWith(prefix))) return []
    return [`${file} may not import the package ${found.target}`]
  }
  const rule = rules.find(({ from }) => from.some((prefix) => file.startsWith(prefix)))
  const allowed = [...(rule?.to ?? []), ...(found.isType ? (rule?.types ?? []) : [])]
  const own = rule?.from.some((prefix) => prefix.endsWith('/') && found.target.startsWith(prefix))
  if (own || allowed.some((prefix) => isUnder(found.target, prefix))) return []
  return [`${file} may not import ${found.target}${found.isType ? ' (as a type)' : ''}`]
}

/** 'lib/vault' is lib/vault.ts and not lib/vault-canary.ts; 'lib/oauth/' is all below it. */
function isUnder(path: string, prefix: string): boolean {
  return prefix.endsWith('/') ? path.startsWith(prefix) : path === `${prefix}.ts`
}

function readsEnvironment(file: string, text: string): string[] {
  if (file === 'lib/env.ts') return []
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
