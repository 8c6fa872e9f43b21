import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { root } from './run.ts'

const threat = z.strictObject({
  id: z.string().regex(/^[A-Z]{2}-\d{2}$/),
  group: z.string(),
  attack: z.string(),
  must: z.string(),
  /** What has to come first, where the row has no test yet. */
  later: z.string().optional(),
  note: z.string().optional(),
})

export type Threat = z.output<typeof threat>
export type TestTitle = { ids: string[]; title: string; file: string }

/** The project's table of attacks, docs/threats.json. */
export function threats(): Threat[] {
  return z.array(threat).parse(JSON.parse(readFileSync(join(root, 'docs/threats.json'), 'utf8')))
}

/** Every test whose title begins with the id of a threat, or with several: 'ST-01 ST-02 …'. */
export async function testsOfThreats(): Promise<TestTitle[]> {
  const titles: TestTitle[] = []
  const tests = '{app,lib,db,e2e,scripts,client}/**/*.{test,spec}.{ts,tsx}'
  for await (const file of glob(tests, { cwd: root }))
    titles.push(...titlesIn(file, readFileSync(join(root, file), 'utf8')))
  return titles.sort((a, b) => (a.file + a.title < b.file + b.title ? -1 : 1))
}

/** The same, for the text of one file. Tests that are skipped prove nothing and do not count. */
export function titlesIn(file: string, text: string): TestTitle[] {
  const found: TestTitle[] = []
  for (const [, call = '', , title = ''] of text.matchAll(callWithTitle)) {
    const ids = /^(?:[A-Z]{2}-\d{2}[\s,:]+)+/.exec(`${title} `)?.[0].match(/[A-Z]{2}-\d{2}/g)
    if (!ids || /\.(skip|todo|fixme)$/.test(call)) continue
    found.push({ ids: [...ids], title: title.replace(/\\(.)/g, '$1'), file })
  }
  return found
}

/** A call, plain or as `test.each(…)(`, whose first argument is a text. */
const callWithTitle = /([\w.]+|\))\(\s*(['"`])((?:\\.|(?!\2)[^\\])*)\2\s*,/g
