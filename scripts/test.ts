import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildIfStale } from './build.ts'
import { check, show } from './check.ts'
import { findChromium } from './chromium.ts'
import { demoWalk } from './demo-walk.ts'
import { root, run, stopWithUs } from './run.ts'
import { type Count, playwrightCount, vitestCount } from './test-counts.ts'

const parts = ['check', 'unit', 'build', 'e2e', 'vercel', 'demo'] as const
type Part = (typeof parts)[number]

/** What each part needs, and how it counts. Two of them run one after the other, on two cores. */
const runners: Record<Part, () => Promise<Count>> = {
  check: async () => {
    const steps = await check()
    show(steps)
    const failed = steps.filter(({ problems }) => problems.length > 0).length
    return { passed: steps.length - failed, failed, skipped: 0 }
  },
  unit: async () => {
    const report = emptyReport('unit.json')
    const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${report}`]
    const { code } = await run(['vitest', 'run', ...reporters], { isShown: true })
    return vitestCount(report, code)
  },
  build: async () => outcome(await buildIfStale()),
  e2e: async () => playwright('e2e.json', [], { CHROMIUM_PATH: await findChromium() }),
  vercel: () => playwright('vercel.json', ['-c', 'playwright.vercel.config.ts']),
  demo: demoWalk,
}

stopWithUs()
const asked = process.argv.slice(2)
const unknown = asked.find((name) => !parts.includes(name as Part))
if (unknown) {
  console.error(`There is no part "${unknown}". Choose from: ${parts.join(', ')}.`)
  process.exit(1)
}
const chosen = parts.filter((part) => asked.length === 0 || asked.includes(part))
if (chosen.includes('e2e') && !chosen.includes('build')) chosen.unshift('build')

const table: (Count & { part: Part; seconds: number })[] = []
for (const part of chosen) {
  console.log(`\n── ${part} ${'─'.repeat(60 - part.length)}`)
  const start = performance.now()
  const count = await runners[part]().catch((error: unknown): Count => {
    console.error(error instanceof Error ? error.message : error)
    return { passed: 0, failed: 1, skipped: 0 }
  })
  table.push({ part, ...count, seconds: Math.round((performance.now() - start) / 1000) })
}

console.log()
console.table(Object.fromEntries(table.map(({ part, ...row }) => [part, row])))
const sum = (key: keyof Count) => table.reduce((total, row) => total + row[key], 0)
const skipped = sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : ''
console.log(`${sum('passed')} passed, ${sum('failed')} failed${skipped}`)
process.exit(sum('failed') > 0 ? 1 : 0)

function outcome(isGood: boolean): Count {
  return { passed: isGood ? 1 : 0, failed: isGood ? 0 : 1, skipped: 0 }
}

async function playwright(
  name: string,
  args: string[],
  env: Record<string, string | undefined> = {},
): Promise<Count> {
  const report = emptyReport(name)
  const { code } = await run(['playwright', 'test', ...args, '--reporter=dot,json'], {
    isShown: true,
    env: { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: report },
  })
  return playwrightCount(report, code)
}

/** Where a runner shall write; an older report there must not be taken for the new one. */
function emptyReport(name: string): string {
  const file = join(root, 'test-results', name)
  mkdirSync(join(root, 'test-results'), { recursive: true })
  rmSync(file, { force: true })
  return file
}
