import { expect, type Page } from 'playwright/test'
import type { Demo } from './demo.ts'

export type AcmeAccount = 'Ada Lovelace' | 'Grace Hopper'

/** From the integrations page to Acme Music's consent page. */
export async function leaveForAcme(page: Page): Promise<void> {
  await page.goto('/integrations')
  await page.getByRole('link', { name: 'Connect Acme Music' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('wants to use your Acme')
}

/** On Acme Music's consent page: chooses who consents, and does or does not. */
export async function decideAtAcme(
  page: Page,
  account: AcmeAccount = 'Ada Lovelace',
  decision: 'Allow' | 'Deny' = 'Allow',
): Promise<void> {
  await page.getByLabel(account).check()
  await page.getByRole('button', { name: decision }).click()
}

/** The whole way to a connected account. */
export async function connectAcme(page: Page, account?: AcmeAccount): Promise<void> {
  await leaveForAcme(page)
  await decideAtAcme(page, account)
  await expectOutcome(page, 'Acme Music connected')
}

/** The whole way at Plain Notes. */
export async function connectPlain(page: Page): Promise<void> {
  await page.goto('/integrations')
  await page.getByRole('link', { name: 'Connect Plain Notes' }).click()
  await page.getByRole('button', { name: 'Authorize as Sam Field' }).click()
  await expectOutcome(page, 'Plain Notes connected')
}

/** On a provider's page: through the dialog of the only account. */
export async function disconnectHere(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Disconnect / }).click()
  const dialog = page.getByRole('alertdialog')
  await expect(dialog).toBeVisible()
  await dialog.getByRole('button', { name: /^Disconnect / }).click()
}

/** The headline of the banner, which also is the tab's title. */
export async function expectOutcome(page: Page, headline: string): Promise<void> {
  await expect(page.getByRole('status').getByRole('heading')).toHaveText(headline)
  await expect(page).toHaveTitle(new RegExp(`^${headline} – `))
}

/** How often this app stands on Acme Music's own list of connected apps, looked at in a new tab. */
export async function appsAtAcme(page: Page, demo: Demo, account: AcmeAccount): Promise<number> {
  const tab = await page.context().newPage()
  const login = account.split(' ', 1)[0]?.toLowerCase()
  await tab.goto(`${demo.standIns.acme.url}/connections?account=${login}`)
  await expect(tab.getByRole('heading', { name: 'Connected apps' })).toBeVisible()
  const count = await tab.getByRole('listitem').filter({ hasText: 'Grantkeeper' }).count()
  await tab.close()
  return count
}
