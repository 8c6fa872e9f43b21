import './servers/next-names.ts'
import { stopWithUs } from '#scripts/run'
import type { Effort } from './harness/interleave.ts'
import { connect } from './connect.ts'
import { prepare } from './harness/prepare.ts'
import { type Line, show } from './harness/report.ts'
import { keepAlive } from './keep-alive.ts'
import { growth } from './growth.ts'
import { page } from './page.ts'
import { startUp } from './start-up.ts'
import { storm } from './storm.ts'
import { writes } from './writes.ts'
import { vend } from './vend.ts'

const parts: Record<string, (effort: Effort) => Promise<Line[]>> = { vend, storm, 'keep-alive': keepAlive, connect, page, 'start-up': startUp, writes, growth }

stopWithUs()
await prepare()
const effort = process.argv.includes('--quick')
  ? { rounds: 2, warmUpMs: 2000, roundMs: 1000, isQuick: true }
  : { rounds: 5, warmUpMs: 5000, roundMs: 2500, isQuick: false }
const asked = process.argv.slice(2).filter((word) => !word.startsWith('--'))
for (const [name, measure] of Object.entries(parts)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  const begun = performance.now()
  show(await measure(effort))
  console.log(name, (performance.now() - begun) / 1000)
}
process.exit(0)
