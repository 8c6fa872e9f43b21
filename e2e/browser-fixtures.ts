import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, expect, type Page } from 'playwright/test'
import { type App, startApp } from './app.ts'
import { openRows, type Rows } from './rows.ts'
import { settings } from './settings.ts'
import { freePort } from './stand-in/server.ts'
import { type StandIns, startStandIns } from './stand-in/start.ts'

/** What `npm run demo` starts: the app, the login issuer, Acme Music and Plain Notes. */
export type Demo = {
  app: App
  appUrl: string
  standIns: StandIns
  rows: Rows
  stop: () => Promise<void>
}

type TestFixtures = {
  /** Logs the page's browser in at the app, through the issuer's own page. */
  logIn: (name: 'Alice' | 'Bob' | 'Mallory') => Promise<void>
  cleanRows: undefined
}

/** `test` for walks through the app in a real browser. Relative URLs are the app's. */
export const test = base.extend<TestFixtures, { demo: Demo }>({
  demo: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of a fixture's needs
    async ({}, use) => {
      const demo = await startDemo()
      await use(demo)
      await demo.stop()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  baseURL: async ({ demo }, use) => use(demo.appUrl),
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

async function startDemo(): Promise<Demo> {
  const port = await freePort()
  const appUrl = `http://localhost:${port}`
  const folder = await mkdtemp(join(tmpdir(), 'grantkeeper-walk-'))
  const databaseUrl = `file:${join(folder, 'grantkeeper.db')}`
  const standIns = await startStandIns({ appUrl, loginPort: 0, acmePort: 0, plainPort: 0 })
  const app = await startApp(settings({ appUrl, port, databaseUrl }, standIns.env))
  const rows = openRows(databaseUrl)
  return {
    app,
    appUrl,
    standIns,
    rows,
    async stop() {
      await app.stop()
      await rows.close()
      await standIns.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Logs in at the app of the page's base URL, through the issuer's own page. */
export async function logIn(page: Page, name: string): Promise<void> {
  await page.goto('/auth/login')
  await page.getByRole('button', { name }).click()
  await page.waitForURL(
    (url) => url.pathname !== '/auth/callback' && !url.pathname.startsWith('/u/'),
  )
}
