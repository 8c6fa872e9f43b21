import type { Cookie, Page } from 'playwright/test'
import { expect } from 'playwright/test'
import { logIn } from './browser-fixtures.ts'
import { lockTables } from './refused-writes.ts'
import type { World } from './world.ts'

let session: Cookie[] | undefined

/** Lets Alice in: by a login the first time, by its cookies after that. A worker has one world. */
export async function enter(page: Page): Promise<void> {
  if (session) return page.context().addCookies(session)
  await logIn(page, 'Alice')
  session = await page.context().cookies()
}

/** The whole way to a connected account at Acme. */
export async function connect(page: Page): Promise<void> {
  await page.goto('/integrations')
  await page.getByRole('link', { name: 'Connect Acme' }).click()
  await expectConnected(page, 'Acme')
}

/** On Acme's page: through the dialog. */
export async function disconnect(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Disconnect/ }).click()
  await page
    .getByRole('alertdialog')
    .getByRole('button', { name: /^Disconnect/ })
    .click()
}

/** Another process holds the database from the next request to the endpoint on. */
export async function whileLocked(
  world: World,
  endpoint: 'authorize' | 'token',
  walk: () => Promise<void>,
): Promise<void> {
  const { acme } = world.providers
  let unlock: (() => Promise<void>) | undefined
  const during = async () => {
    unlock = await lockTables(world)
  }
  acme.ctl({ endpoint, nth: 1, during })
  try {
    await walk()
  } finally {
    await unlock?.()
    acme.reset()
  }
  expect(unlock).toBeDefined()
}

export async function expectConnected(page: Page, name: string): Promise<void> {
  const heading = page.getByRole('status').getByRole('heading')
  await expect(heading).toHaveText(`${name} connected`, { timeout: 20_000 })
}

/** A headline, a sentence in our own words, and the code for support. */
export async function expectFailure(page: Page, headline: string, sentence: string): Promise<void> {
  const status = page.getByRole('status')
  await expect(status.getByRole('heading')).toHaveText(headline, { timeout: 20_000 })
  await expect(status).toContainText(sentence)
  await expect(status).toContainText(/Code for support: [a-z_]+/)
  await expect(page.getByRole('main').getByRole('link').first()).toBeVisible()
}
