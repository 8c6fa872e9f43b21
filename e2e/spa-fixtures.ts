import { test as base, type Page } from 'playwright/test'
import { buildSpa } from '../scripts/build-spa.ts'
import { type Demo, startDemo } from './demo.ts'
import { type Spa, startSpa } from './spa-server.ts'
import { freePort } from './stand-in/server.ts'

type WorkerFixtures = {
  /** The app, its login and its third parties, and two SPAs on sites of their own. */
  spaWorld: { demo: Demo; tracklist: Spa; setlist: Spa }
}

type TestFixtures = {
  /** Logs in at a SPA, through the issuer's own page, and waits for its list. */
  logInAt: (spa: Spa, name?: string) => Promise<void>
  cleanRows: undefined
}

/** `test` for walks over three sites: a SPA, the app, a third party. Setlist's pages send COOP. */
export const test = base.extend<TestFixtures, WorkerFixtures>({
  spaWorld: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of a fixture's needs
    async ({}, use) => {
      const first = `http://127.0.0.1:${await freePort()}`
      const second = `http://setlist.localhost:${await freePort()}`
      const demo = await startDemo({ spaUrls: [first, second] })
      const files = await buildSpa()
      const [tracklist, setlist] = await Promise.all([
        startSpa({ files, url: first, config: configOf(demo, 'Tracklist') }),
        startSpa({ files, url: second, config: configOf(demo, 'Setlist'), isolated: true }),
      ])
      await use({ demo, tracklist, setlist })
      await Promise.all([tracklist.close(), setlist.close(), demo.stop()])
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  logInAt: async ({ page }, use) => use((spa, name = 'Alice') => logInAt(page, spa, name)),
  cleanRows: [
    async ({ spaWorld }, use) => {
      await spaWorld.demo.rows.clear()
      await use(undefined)
    },
    { auto: true },
  ],
})

export { expect } from 'playwright/test'

/** Logs in at a SPA in this page. */
export async function logInAt(page: Page, spa: Spa, name: string): Promise<void> {
  await page.goto(spa.url)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByRole('button', { name }).click()
  await page.getByRole('heading', { name: 'Your services' }).waitFor()
  await page.getByRole('article', { name: 'Acme Music' }).waitFor()
}

function configOf({ appUrl, standIns }: Demo, name: string) {
  const { url: domain, spaClientId: clientId, audience } = standIns.login
  return { name, grantkeeperUrl: appUrl, auth0: { domain, clientId, audience } }
}
