import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './run.ts'
import type { Count } from './test-counts.ts'

/** What one part of a run came to. */
export type Line = Count & { name: string; seconds: number }

/**
 * Prints the table and, at the very end, the sum.
 * @returns what to exit with
 */
export function total(lines: readonly Line[]): number {
  console.log()
  console.table(Object.fromEntries(lines.map(({ name, ...row }) => [name, row])))
  const sum = (key: keyof Count) => lines.reduce((all, line) => all + line[key], 0)
  const skipped = sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : ''
  console.log(`${sum('passed')} passed, ${sum('failed')} failed${skipped}`)
  return sum('failed') > 0 ? 1 : 0
}

/** Where a runner shall write; an older report there must not be taken for the new one. */
export function emptyReport(name: string): string {
  const file = join(root, 'test-results', name)
  mkdirSync(join(root, 'test-results'), { recursive: true })
  rmSync(file, { force: true })
  return file
}
