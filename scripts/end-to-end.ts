import type { SetupName } from '#e2e/setup'
import { findChromium } from './chromium.ts'
import { run } from './run.ts'
import { type Count, playwrightCount } from './test-counts.ts'
import { emptyReport } from './test-report.ts'

/** What a run came to, and the file with Playwright's own report. */
type Ran = { count: Count; report: string }

/** Runs the end-to-end tests against the build that is there, and shows their output. */
export async function endToEnd(setup: SetupName = 'sqlite'): Promise<Ran> {
  const name = setup === 'sqlite' ? 'e2e.json' : `e2e-${setup}.json`
  return playwright(name, [], { CHROMIUM_PATH: await findChromium(), E2E_SETUP: setup })
}

/** Builds as Vercel does, and looks at what comes of it. */
export function asVercel(): Promise<Ran> {
  return playwright('vercel.json', ['-c', 'playwright.vercel.config.ts'])
}

async function playwright(
  name: string,
  args: string[],
  env: Record<string, string | undefined> = {},
): Promise<Ran> {
  const report = emptyReport(name)
  const { code } = await run(['playwright', 'test', ...args, '--reporter=dot,json'], {
    isShown: true,
    env: { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: report },
  })
  return { count: playwrightCount(report, code), report }
}
