import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { follow, type Walk } from './walk/follow.ts'
import { type Step, stepsOf } from './walk/page.ts'
import { assertPrograms } from './walk/programs.ts'
import { makeSurroundings } from './walk/surroundings.ts'

/**
 * Follows docs/operating.md word for word, in a fresh clone of what is committed and with an empty home:
 * each command is run, in the order of the page, and its output compared with what the page shows.
 */
const file = 'docs/operating.md'
assertPrograms()
const surroundings = await makeSurroundings()
const walk: Walk = {
  ...surroundings,
  staying: [],
  front: undefined,
  passed: 0,
  failed: 0,
  notRun: [],
}
try {
  const page = readFileSync(join(surroundings.place.folder, file), 'utf8')
  for (const step of stepsOf(page)) await attempt(step)
} finally {
  for (const one of [...walk.staying, ...(walk.front ? [walk.front] : [])]) await one.stop()
  await surroundings.remove()
}
if (walk.notRun.length > 0) console.log(`\nNot run here:\n${walk.notRun.join('\n')}`)
console.log(`\n${walk.passed} passed, ${walk.failed} failed`)
process.exit(walk.failed > 0 ? 1 : 0)

async function attempt(step: Step): Promise<void> {
  try {
    await follow(step, walk)
  } catch (error) {
    walk.failed += 1
    console.log(`✗ ${file}:${step.line}: ${error instanceof Error ? error.message : error}`)
  }
}
