import { type TestTitle, type Threat, testsOfThreats, threats } from './threats.ts'

/** docs/security.md: each attack, what is done about it, and the test that tries it. */
export async function securityPage(): Promise<string> {
  const rows = threats()
  const tests = await testsOfThreats()
  const groups = [...new Set(rows.map(({ group }) => group))].sort()
  const sections = groups.map((group) =>
    section(
      group,
      rows.filter((row) => row.group === group),
      tests,
    ),
  )
  const tried = rows.filter(({ id }) => tests.some(({ ids }) => ids.includes(id))).length
  return [introduction(rows.length, tried), ...sections].join('\n')
}

/** Rows that have neither a test nor a reason, and tests that name a row that is not there. */
export async function threatProblems(): Promise<string[]> {
  const rows = threats()
  const tests = await testsOfThreats()
  const untested = rows
    .filter(({ id, later }) => !later && !tests.some(({ ids }) => ids.includes(id)))
    .map(({ id }) => id)
  const unknown = tests.flatMap(({ ids, file }) =>
    ids
      .filter((id) => !rows.some((row) => row.id === id))
      .map((id) => `${file} names ${id}, which docs/threats.json does not have`),
  )
  if (untested.length === 0) return unknown
  return [`Neither a test nor a reason in docs/threats.json: ${untested.join(', ')}`, ...unknown]
}

const introduction = (all: number, tried: number) => `# Security: the attacks, one by one

Grantkeeper keeps the keys to other people's accounts. This page lists the ways in which that can go
wrong, ${all} of them, from the standards (RFC 6819, RFC 9700 and others), from published attacks and from
mistakes that similar products have made. For each it says what Grantkeeper does, and which test tries
it: the id of the row stands at the beginning of the test's title. ${tried} rows have a test so far.
A row without one belongs to a part of the product that is still to come, and says which.

Tests in \`e2e/\` try the attack against the running app, in a real browser or over a plain socket, with
real servers in the place of Auth0 and of the third parties. The others stand beside the code.

This page is made from \`docs/threats.json\` and the titles of the tests by \`npm run docs:generate\`;
\`npm run check\` fails when it is out of date, or when a row has neither a test nor a reason.
[SECURITY.md](../SECURITY.md) says how to report a hole.
`

function section(group: string, rows: Threat[], tests: TestTitle[]): string {
  const lines = rows.map((row) => {
    const note = row.note ? ` *${row.note}*` : ''
    return `| ${row.id} | ${cell(row.attack)} | ${cell(row.must)}${cell(note)} | ${cell(proof(row, tests))} |`
  })
  return [
    `## ${group}`,
    '',
    '| id | attack | what Grantkeeper does | test |',
    '|---|---|---|---|',
    ...lines,
    '',
  ].join('\n')
}

function proof(row: Threat, tests: TestTitle[]): string {
  const ours = tests.filter(({ ids }) => ids.includes(row.id))
  const files = [...new Set(ours.map(({ file }) => file))]
  if (files.length === 0) return row.later ? `later, with: ${row.later}` : 'none'
  return files
    .map((file) => {
      const titles = ours.filter((test) => test.file === file).map(({ title }) => sentence(title))
      return `\`${file}\`: ${[...new Set(titles)].join('; ')}`
    })
    .join('<br>')
}

/** A title without its ids; one that is all placeholder stands for a list of cases. */
function sentence(title: string): string {
  const text = title.replace(/^(?:[A-Z]{2}-\d{2}[\s,:]*)+/, '')
  return /^(%\w|\$\w+|\$\{.*\}|\W)*$/.test(text) ? 'case by case' : text
}

/** Text that stays inside its cell; only our own line breaks are markup. */
function cell(text: string): string {
  return text
    .replace(/<(?!br>)/g, '&lt;')
    .replaceAll('|', '\\|')
    .replace(/\s+/g, ' ')
}
