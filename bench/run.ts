import './servers/next-names.ts'
import { stopWithUs } from '#scripts/run'
import { connect } from './connect.ts'
import { growth } from './growth.ts'
import type { Effort } from './harness/interleave.ts'
import { prepare } from './harness/prepare.ts'
import { type Line, show } from './harness/report.ts'
import { keepResults } from './harness/results.ts'
import { keepAlive } from './keep-alive.ts'
import { page } from './page.ts'
import { startUp } from './start-up.ts'
import { storm } from './storm.ts'
import { vend } from './vend.ts'
import { writes } from './writes.ts'

/**
 * Measures Grantkeeper beside its floors and its peers, and prints a table.
 *
 *     npm run bench                     everything, and keeps the figures for docs/performance.md
 *     npm run bench -- storm growth     these parts alone
 *     npm run bench -- --quick          roughly, in a few minutes
 */
const parts: Record<string, (effort: Effort) => Promise<Line[]>> = {
  vend,
  storm,
  'keep-alive': keepAlive,
  writes,
  connect,
  page,
  'start-up': startUp,
  growth,
}

const thorough = { rounds: 6, warmUpMs: 4000, roundMs: 1200, isQuick: false }
const quick = { rounds: 2, warmUpMs: 2000, roundMs: 1000, isQuick: true }

stopWithUs()
const words = process.argv.slice(2)
const asked = words.filter((word) => !word.startsWith('--'))
const unknown = asked.find((name) => !Object.hasOwn(parts, name))
if (unknown) {
  console.error(`There is no part "${unknown}". Choose from: ${Object.keys(parts).join(', ')}.`)
  process.exit(1)
}
const effort = words.includes('--quick') ? quick : thorough
const isWhole = asked.length === 0 && !effort.isQuick

await prepare()
const begun = performance.now()
const lines: Line[] = []
for (const [name, measure] of Object.entries(parts)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  console.log(`\n── ${name} ${'─'.repeat(60 - name.length)}`)
  const found = await measure(effort)
  show(found)
  lines.push(...found)
}
const minutes = (performance.now() - begun) / 60_000
console.log(`\nMeasured in ${minutes.toFixed(1)} minutes.`)
if (isWhole) await keepResults(lines, minutes)
process.exit(0)
