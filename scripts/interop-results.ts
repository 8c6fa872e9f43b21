import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { root, run } from './run.ts'

/** ✓ as it should be, ✗ not, ~ to be looked at, – that server cannot. */
const cell = z.object({ mark: z.enum(['✓', '✗', '~', '–']), note: z.string().optional() })

const table = z.object({
  columns: z.array(z.object({ id: z.string(), docs: z.string(), packages: z.array(z.string()) })),
  rows: z.array(z.string()),
  /** By row, then by column. What is not there was not tried. */
  cells: z.record(z.string(), z.record(z.string(), cell)),
})

const results = z.object({
  date: z.string(),
  node: z.string(),
  versions: z.record(z.string(), z.string()),
  thirdParty: table,
  login: table,
  /** What could not be had, each with the reason. */
  left: z.array(z.object({ name: z.string(), why: z.string() })),
})

export type Cell = z.output<typeof cell>
export type InteropTable = z.output<typeof table>
export type InteropResults = z.output<typeof results>

const file = join(root, 'e2e/interop/results/servers.json')

export function readResults(): InteropResults {
  return results.parse(JSON.parse(readFileSync(file, 'utf8')))
}

/** Keeps a whole run. `npm run docs:generate` writes it into docs/interop.md. */
export async function keepResults(kept: InteropResults): Promise<void> {
  writeFileSync(file, `${JSON.stringify(kept, null, 2)}\n`)
  await run(['biome', 'format', '--write', file])
  console.log('Kept in e2e/interop/results/servers.json. Now: npm run docs:generate')
}

const report = z.object({
  testResults: z.array(
    z.object({
      assertionResults: z.array(
        z.object({
          ancestorTitles: z.array(z.string()),
          title: z.string(),
          status: z.string(),
          meta: z.object({ remark: z.string().optional(), note: z.string().optional() }).optional(),
        }),
      ),
    }),
  ),
})

export type Column = InteropTable['columns'][number] & {
  cannot?: Readonly<Partial<Record<string, string>>> | undefined
}

/** What Vitest's JSON report says of the tests whose outermost title begins with `about`. */
export function tableOf(
  reportFile: string,
  about: string,
  { columns, rows }: { columns: readonly Column[]; rows: readonly string[] },
): InteropTable {
  const { testResults } = report.parse(JSON.parse(readFileSync(reportFile, 'utf8')))
  const tests = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ ancestorTitles }) => ancestorTitles[0]?.startsWith(about))
  const cells: InteropTable['cells'] = {}
  for (const row of rows) {
    const found: Record<string, Cell> = {}
    for (const { id, cannot } of columns) {
      const own = tests.filter((one) => one.title === row && one.ancestorTitles.at(-1) === id)
      const cell = cannot?.[row] ? { mark: '–' as const, note: cannot[row] } : cellOf(own)
      if (cell) found[id] = cell
    }
    cells[row] = found
  }
  return {
    columns: columns.map(({ id, docs, packages }) => ({ id, docs, packages })),
    rows: [...rows],
    cells,
  }
}

/** A step that is taken in two parts is right where both are. */
function cellOf(tests: readonly { status: string; meta?: Meta | undefined }[]): Cell | undefined {
  if (tests.some(({ status }) => status === 'failed')) return { mark: '✗' }
  if (tests.length === 0 || tests.some(({ status }) => status !== 'passed')) return undefined
  const said = (of: keyof Meta) => tests.find(({ meta }) => meta?.[of] !== undefined)?.meta?.[of]
  const [remark, note] = [said('remark'), said('note')]
  if (remark !== undefined) return { mark: '~', note: remark }
  return note === undefined ? { mark: '✓' } : { mark: '✓', note }
}

type Meta = { remark?: string | undefined; note?: string | undefined }
