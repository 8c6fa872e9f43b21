import { readFileSync, writeFileSync } from 'node:fs'
import { allReports } from '#e2e/reports/all'
import { buildIfStale } from './build.ts'
import { type ReportResults, reportResultsFile } from './generate-reports.ts'
import { run, stopWithUs } from './run.ts'
import { emptyReport } from './test-report.ts'

/** Tries what real servers and browsers send (e2e/reports), and keeps how it went for docs/interop.md. */
stopWithUs()
if (!(await buildIfStale())) process.exit(1)
const report = emptyReport('reports.json')
const { code } = await run(['playwright', 'test', 'e2e/reports', '--reporter=dot,json'], {
  isShown: true,
  env: { PLAYWRIGHT_JSON_OUTPUT_FILE: report },
})
const passed = titlesThatPassed(JSON.parse(readFileSync(report, 'utf8')))
const results: ReportResults = {
  date: new Date().toISOString().slice(0, 10),
  reports: allReports.map((one) => {
    const { name, source, sent, expected } = one
    const kept = { name, ...(source ? { source } : {}), sent, expected }
    if ('elsewhere' in one) return { ...kept, verdict: 'elsewhere', note: one.elsewhere }
    if ('later' in one) return { ...kept, verdict: 'not yet', note: one.later }
    return { ...kept, verdict: passed.has(`report ${name}: ${sent}`) ? 'pass' : 'FAIL' }
  }),
}
writeFileSync(reportResultsFile, `${JSON.stringify(results, null, 2)}\n`)
process.exit(code)

type Suite = { suites?: Suite[]; specs?: { title: string; ok: boolean }[] }

function titlesThatPassed({ suites = [], specs = [] }: Suite): Set<string> {
  const own = specs.filter(({ ok }) => ok).map(({ title }) => title)
  return new Set([...own, ...suites.flatMap((suite) => [...titlesThatPassed(suite)])])
}
