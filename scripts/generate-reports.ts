import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { root } from './run.ts'

/** What `npm run test:reports` keeps of a run. */
export const reportResults = z.strictObject({
  date: z.iso.date(),
  reports: z.array(
    z.strictObject({
      name: z.string(),
      source: z.url().optional(),
      sent: z.string(),
      expected: z.string(),
      verdict: z.enum(['pass', 'FAIL', 'elsewhere', 'not yet']),
      /** Where it is tried, or what it waits for. */
      note: z.string().optional(),
    }),
  ),
})

export type ReportResults = z.output<typeof reportResults>

export const reportResultsFile = join(root, 'e2e/interop/results/reports.json')

/** The section of docs/interop.md about what other people's software has been sent. */
export function reportsSection(): string {
  const { date, reports } = reportResults.parse(JSON.parse(readFileSync(reportResultsFile, 'utf8')))
  const count = (verdict: string) => reports.filter((report) => report.verdict === verdict).length
  const rows = reports.map(
    ({ name, source, sent, expected, verdict, note }) =>
      `| ${source ? `[${name}](${source})` : name} | ${cell(sent)} | ${cell(expected)} | ${verdict}${note ? `: ${cell(note)}` : ''} |`,
  )
  return `## What real servers and browsers send

Shapes from public bug reports about other software and from providers' documentation (the name links to
the page; without a link it is our own variation), each tried on the running app by \`e2e/reports\`, which
\`npm test\` runs. The run of ${date}: ${count('pass')} pass, ${count('FAIL')} fail, ${count('elsewhere')} are tried by the tests of
a row of [security.md](security.md), and ${count('not yet')} cannot be expressed in an entry yet.
\`npm run test:reports\` runs them alone and renews this table.

| case | what is sent | what must become of it | |
|---|---|---|---|
${rows.join('\n')}
`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s+/g, ' ')
}
