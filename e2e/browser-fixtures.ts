import { type Browser, test as base, expect, type Page } from 'playwright/test'
import { type Demo, startDemo } from './demo.ts'

export type { Demo }

type Session = Awaited<ReturnType<ReturnType<Page['context']>['storageState']>>

type WorkerFixtures = {
  /** One for all tests of a worker. Some of the catalogue is offered besides: nobody ever goes there. */
  demo: Demo
  /** The cookies of a browser in which Alice is logged in. */
  aliceSession: Session
}

type TestFixtures = {
  /** Logs the page's browser in at the app, through the issuer's own page. */
  logIn: (name: string) => Promise<void>
  cleanRows: undefined
}

/**
 * `test` for walks through the app in a real browser. Relative URLs are the app's; `page` is Alice's,
 * unless a file says `test.use({ storageState: nobody })`.
 */
export const test = base.extend<TestFixtures, WorkerFixtures>({
  demo: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of a fixture's needs
    async ({}, use) => {
      const demo = await startDemo({ env: someOfTheCatalogue })
      await use(demo)
      await demo.stop()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  aliceSession: [
    async ({ browser, demo }, use) => use(await sessionOf('Alice', { browser, demo })),
    { scope: 'worker', timeout: 60_000 },
  ],
  baseURL: async ({ demo }, use) => use(demo.appUrl),
  storageState: async ({ aliceSession }, use) => use(aliceSession),
  logIn: async ({ page }, use) => use((name) => logIn(page, name)),
  cleanRows: [
    async ({ demo }, use) => {
      await demo.rows.clear()
      await use(undefined)
    },
    { auto: true },
  ],
})

export { expect }

/** A browser in which nobody is logged in. */
export const nobody: Session = { cookies: [], origins: [] }

/** Logs in at the app of the page’s base URL, through the issuer’s own page. */
export async function logIn(page: Page, name: string): Promise<void> {
  await page.goto('/auth/login')
  await page.getByRole('button', { name }).click()
  await page.waitForURL(/\/integrations/)
}

const someOfTheCatalogue = Object.fromEntries(
  ['GITHUB', 'SPOTIFY', 'SLACK'].flatMap((id) => [
    [`${id}_CLIENT_ID`, 'not-a-client'],
    [`${id}_CLIENT_SECRET`, 'not-a-secret'],
  ]),
)

async function sessionOf(
  name: string,
  { browser, demo }: { browser: Browser; demo: Demo },
): Promise<Session> {
  const context = await browser.newContext({ baseURL: demo.appUrl, ignoreHTTPSErrors: true })
  await logIn(await context.newPage(), name)
  const session = await context.storageState()
  await context.close()
  return session
}
