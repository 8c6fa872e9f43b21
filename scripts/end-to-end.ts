import type { SetupName } from '#e2e/setup'
import { findChromium } from './chromium.ts'
import { run } from './run.ts'
import { type Count, playwrightCount } from './test-counts.ts'
import { emptyReport } from './test-report.ts'

/**
 * Runs the end-to-end tests against the build that is there, and shows their output.
 * @returns the count, and the file with Playwright's own report
 */
export async function endToEnd(
  setup: SetupName = 'sqlite',
): Promise<{ count: Count; report: string }> {
  const report = emptyReport(setup === 'sqlite' ? 'e2e.json' : `e2e-${setup}.json`)
  const { code } = await run(['playwright', 'test', '--reporter=dot,json'], {
    isShown: true,
    env: {
      CHROMIUM_PATH: await findChromium(),
      E2E_SETUP: setup,
      PLAYWRIGHT_JSON_OUTPUT_FILE: report,
    },
  })
  return { count: playwrightCount(report, code), report }
}
