import { expect, type Page } from 'playwright/test'
import { type AcmeAccount, decideAtAcme } from './steps.ts'

/** From a SPA's list to Acme Music's consent page. */
export async function leaveSpa(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Connect Acme Music' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('wants to use your Acme')
}

/** The whole way, in the same tab, to the completion page. */
export async function connectAtSpa(page: Page, account?: AcmeAccount): Promise<void> {
  await leaveSpa(page)
  await decideAtAcme(page, account)
  await expect(page.getByRole('status')).toContainText('Connected to Acme Music')
}

/** Switches windows on, presses Connect, and gives the window once it shows Acme's consent page. */
export async function openPopup(page: Page): Promise<Page> {
  await page.getByLabel('Connect in a window of its own').check()
  const opened = page.waitForEvent('popup')
  await page.getByRole('button', { name: 'Connect Acme Music' }).click()
  const popup = await opened
  await expect(popup.getByRole('heading', { level: 1 })).toContainText('wants to use your Acme')
  return popup
}
