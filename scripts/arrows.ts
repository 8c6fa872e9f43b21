import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { packages, rules } from './arrow-rules.ts'
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
