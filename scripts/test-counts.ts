import { existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'

export type Count = { passed: number; failed: number; skipped: number }

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
})

const playwrightReport = z.object({
  stats: z.object({
    expected: z.number(),
    unexpected: z.number(),
    flaky: z.number(),
    skipped: z.number(),
  }),
  errors: z.array(z.unknown()),
})

/** What Vitest's JSON report says. A file that cannot even be loaded counts as a failed test. */
export function vitestCount(file: string, code: number): Count {
  const report = read(file, vitestReport)
  if (!report) return neverFinished
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  ).length
  return withCode(code, {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken,
    skipped: report.numPendingTests + report.numTodoTests,
  })
}

/** What Playwright's JSON report says; an error outside of any test counts as a failed one. */
export function playwrightCount(file: string, code: number): Count {
  const report = read(file, playwrightReport)
  if (!report) return neverFinished
  const { expected, flaky, unexpected, skipped } = report.stats
  return withCode(code, {
    passed: expected + flaky,
    failed: unexpected + report.errors.length,
    skipped,
  })
}

/** The tests that Playwright's JSON report says were skipped, each with its reason. */
export function skippedBecause(file: string): string[] {
  return specsOf(read(file, suite) ?? {}).flatMap(({ title, tests }) =>
    tests
      .filter(({ status }) => status === 'skipped')
      .map(({ annotations }) => {
        const why = annotations.find(({ type }) => type === 'skip')?.description
        return `${title} (${why ?? 'without a reason'})`
      }),
  )
}

function specsOf({ suites = [], specs = [] }: Suite): Spec[] {
  return [...specs, ...suites.flatMap(specsOf)]
}

type Spec = z.infer<typeof spec>
type Suite = { suites?: Suite[] | undefined; specs?: Spec[] | undefined }

const spec = z.object({
  title: z.string(),
  tests: z.array(
    z.object({
      status: z.string(),
      annotations: z.array(z.object({ type: z.string(), description: z.string().optional() })),
    }),
  ),
})

const suite: z.ZodType<Suite> = z.object({
  specs: z.array(spec).optional(),
  suites: z.lazy(() => z.array(suite)).optional(),
})

const neverFinished: Count = { passed: 0, failed: 1, skipped: 0 }

/** A runner that ends badly without a failed test has failed all the same, and so has an empty one. */
function withCode(code: number, count: Count): Count {
  const isWrong = count.failed === 0 && (code !== 0 || count.passed === 0)
  return isWrong ? { ...count, failed: 1 } : count
}

function read<T>(file: string, report: z.ZodType<T>): T | undefined {
  if (!existsSync(file)) return undefined
  return report.parse(JSON.parse(readFileSync(file, 'utf8')))
}
