import { stopWithUs } from '#scripts/run'
import type { Effort } from './harness/interleave.ts'
import { prepare } from './harness/prepare.ts'
import { type Line, show } from './harness/report.ts'
import { vend } from './vend.ts'

const parts = { vend } satisfies Record<string, (effort: Effort) => Promise<Line[]>>

stopWithUs()
await prepare()
const effort = process.argv.includes('--quick')
  ? { rounds: 2, warmUpMs: 2000, roundMs: 1000 }
  : { rounds: 5, warmUpMs: 5000, roundMs: 2500 }
for (const [name, measure] of Object.entries(parts)) {
  const begun = performance.now()
  show(await measure(effort))
  console.log(name, (performance.now() - begun) / 1000)
}
process.exit(0)
