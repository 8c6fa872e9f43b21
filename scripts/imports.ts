import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path/posix'

export type Import = {
  /** A file of the project ('lib/vault.ts'), or the name of a package ('drizzle-orm'). */
  target: string
  isPackage: boolean
  /** Erased before the code runs: it ties nothing together but names. */
  isType: boolean
}

/**
 * What a file of the project imports or exports again, dynamic imports included.
 * @param file its path from the project's folder
 */
export function importsOf(file: string, source: string): Import[] {
  const code = withoutComments(source)
  const found: Import[] = []
  for (const [, , what = '', , specifier = ''] of code.matchAll(staticImport))
    found.push({ ...resolved(file, specifier), isType: isTypeOnly(what) })
  for (const [, , specifier = ''] of code.matchAll(otherImport))
    found.push({ ...resolved(file, specifier), isType: false })
  return found
}

/** The text with comments blanked out, and line numbers as they were. */
export function withoutComments(source: string): string {
  return source
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/(^|\s)\/\/.*$/gm, '$1')
}

const staticImport = /(^|[;\n])\s*(?:import|export)\s+([^;'"()=]*?)\s*from\s*(['"])([^'"\n]+)\3/g
const otherImport = /(?:^|[^\w.])import\s*\(?\s*(['"])([^'"\n]+)\1/g

function isTypeOnly(what: string): boolean {
  if (/^type\s/.test(what)) return true
  const names = /^\{([^}]*)\}$/
    .exec(what.trim())?.[1]
    ?.split(',')
    .filter((name) => name.trim())
  return names?.every((name) => /^\s*type\s/.test(name)) ?? false
}

function resolved(file: string, specifier: string): Pick<Import, 'target' | 'isPackage'> {
  if (specifier === '#db') return { target: 'db/index.ts', isPackage: false }
  if (specifier.startsWith('#'))
    return { target: `${normalize(specifier.slice(1))}.ts`, isPackage: false }
  if (specifier.startsWith('.'))
    return { target: onDisk(normalize(join(dirname(file), specifier))), isPackage: false }
  const parts = specifier.replace(/^node:/, '').split('/')
  const name = specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]
  return { target: name ?? specifier, isPackage: true }
}

function onDisk(path: string): string {
  const ways = ['', '.ts', '.tsx', '/index.ts', '/page.tsx'].map((ending) => path + ending)
  return ways.find((way) => /\.\w+$/.test(way) && existsSync(way)) ?? path
}
