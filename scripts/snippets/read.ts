import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../run.ts'

/** A block of a page between two fences. */
export type Snippet = {
  page: string
  line: number
  language: string
  /** What stands behind the language, such as `run=job`. */
  marks: string
  text: string
}

/** The pages that people read and copy from. Decisions and generated tables have nothing to copy. */
export function pages(): string[] {
  const found = globSync(['*.md', 'docs/*.md', 'client/*.md', 'examples/*/README.md'], {
    cwd: root,
  })
  return found.filter((page) => !['CHANGELOG.md', 'docs/security.md'].includes(page)).sort()
}

export function textOf(page: string): string {
  return readFileSync(join(root, page), 'utf8')
}

const fence = /^([ \t]*)```([\w-]*)(?: ([^\n]+))?\n(.*?)^\1```[ \t]*$/gms

/** The blocks of a page, without the indentation that they have in a list. */
export function snippetsOf(page: string): Snippet[] {
  const whole = textOf(page)
  return [...whole.matchAll(fence)].map((found) => {
    const [, indent = '', language = '', marks = '', text = ''] = found
    const line = whole.slice(0, found.index).split('\n').length
    return {
      page,
      line,
      language,
      marks,
      text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    }
  })
}
