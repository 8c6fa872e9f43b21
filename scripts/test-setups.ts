import { type SetupName, setups } from '#e2e/setup'
import { buildIfStale } from './build.ts'
import { endToEnd } from './end-to-end.ts'
import { stopWithUs } from './run.ts'
import { skippedBecause } from './test-counts.ts'
import { type Line, total } from './test-report.ts'

/** The whole end-to-end suite in one set-up after the other; those that are named, or all. */
stopWithUs()
const all = Object.keys(setups) as SetupName[]
const asked = process.argv.slice(2)
const unknown = asked.find((name) => !Object.hasOwn(setups, name))
if (unknown) {
  console.error(`There is no set-up "${unknown}". Choose from: ${all.join(', ')}.`)
  process.exit(1)
}
if (!(await buildIfStale())) process.exit(1)

const lines: Line[] = []
const left: string[] = []
for (const name of all.filter((one) => asked.length === 0 || asked.includes(one))) {
  console.log(`\n── ${name} ${'─'.repeat(60 - name.length)}`)
  const start = performance.now()
  const { count, report } = await endToEnd(name)
  lines.push({ name, ...count, seconds: Math.round((performance.now() - start) / 1000) })
  left.push(...skippedBecause(report).map((why) => `${name}: ${why}`))
}
if (left.length > 0) console.log(`\nLeft out:\n${left.join('\n')}`)
process.exit(total(lines))
