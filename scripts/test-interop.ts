import { execFileSync } from 'node:child_process'
import { issuers } from '#e2e/interop/issuers'
import { loginStepNames } from '#e2e/interop/login-step-names'
import { missing, parties } from '#e2e/interop/parties'
import { stepNames } from '#e2e/interop/step-names'
import servers from '../e2e/interop/servers/package.json' with { type: 'json' }
import { buildIfStale } from './build.ts'
import { interop } from './interop.ts'
import { type InteropResults, keepResults, tableOf } from './interop-results.ts'
import { stopWithUs } from './run.ts'
import { total } from './test-report.ts'

/**
 * The app against authorization servers that nobody here wrote.
 *
 *     npm run test:interop              all that are here, and keeps the table of docs/interop.md
 *     npm run test:interop -- jmondi    these alone
 */
stopWithUs()
const ids = [...new Set([...parties, ...issuers].map(({ id }) => id))]
const asked = process.argv.slice(2)
const unknown = asked.find((id) => !ids.includes(id))
if (unknown) {
  console.error(`There is no server "${unknown}". Choose from: ${ids.join(', ')}.`)
  process.exit(1)
}
if (!(await buildIfStale(() => console.log('Building the app …')))) process.exit(1)
const start = performance.now()
const { count, report } = await interop(asked)
if (asked.length === 0) await keepResults(results(report))
for (const { name, why } of missing) console.log(`Left out: ${name} (${why})`)
const seconds = Math.round((performance.now() - start) / 1000)
process.exit(total([{ name: 'interop', ...count, seconds }]))

function results(report: string): InteropResults {
  return {
    date: new Date().toISOString().slice(0, 10),
    node: process.versions.node,
    versions: { ...servers.dependencies, ...debianVersions() },
    thirdParty: tableOf(report, 'third party', { columns: parties, rows: stepNames }),
    login: tableOf(report, 'login issuer', { columns: issuers, rows: loginStepNames }),
    left: [...missing],
  }
}

/** Of what Debian has, as its own record has it. */
function debianVersions(): Record<string, string> {
  const names = [...parties, ...issuers].flatMap(({ needs }) => needs?.debian ?? [])
  if (names.length === 0) return {}
  const field = (name: string) => `\${${name}}`
  const format = `-f=${field('Package')} ${field('Version')}\n`
  const args = ['-W', format, ...new Set(names)]
  const lines = execFileSync('dpkg-query', args, { encoding: 'utf8' }).trim().split('\n')
  return Object.fromEntries(lines.map((line) => line.split(' ', 2)))
}
