import { partiesFromNpm } from '#e2e/interop/parties'
import { buildIfStale } from './build.ts'
import { check, show } from './check.ts'
import { demoWalk } from './demo-walk.ts'
import { asVercel, endToEnd } from './end-to-end.ts'
import { interop } from './interop.ts'
import { run, stopWithUs } from './run.ts'
import { type Count, vitestCount } from './test-counts.ts'
import { emptyReport, type Line, total } from './test-report.ts'

const parts = ['check', 'unit', 'build', 'e2e', 'interop', 'vercel', 'demo'] as const
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
  e2e: async () => (await endToEnd()).count,
  interop: async () => (await interop(partiesFromNpm.map(({ id }) => id))).count,
  vercel: async () => (await asVercel()).count,
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
const needsBuild = chosen.includes('e2e') || chosen.includes('interop')
if (needsBuild && !chosen.includes('build')) chosen.unshift('build')

const table: Line[] = []
for (const part of chosen) {
  console.log(`\n── ${part} ${'─'.repeat(60 - part.length)}`)
  const start = performance.now()
  const count = await runners[part]().catch((error: unknown): Count => {
    console.error(error instanceof Error ? error.message : error)
    return { passed: 0, failed: 1, skipped: 0 }
  })
  table.push({ name: part, ...count, seconds: Math.round((performance.now() - start) / 1000) })
}

process.exit(total(table))

function outcome(isGood: boolean): Count {
  return { passed: isGood ? 1 : 0, failed: isGood ? 0 : 1, skipped: 0 }
}
