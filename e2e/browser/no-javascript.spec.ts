import type { Page } from 'playwright/test'
import { expect, nobody, test } from '../browser-fixtures.ts'
import {
  appsAtAcme,
  connectAcme,
  connectPlain,
  decideAtAcme,
  disconnectHere,
  expectOutcome,
  leaveForAcme,
} from '../steps.ts'

test.use({ javaScriptEnabled: false })

test.describe('from the first page on', () => {
  test.use({ storageState: nobody })

  test('log in, connect, look, disconnect and log out, without JavaScript', async ({
    page,
    demo,
  }) => {
    await page.goto('/')
    await page.getByRole('link', { name: 'Log in' }).click()
    await page.getByRole('button', { name: 'Alice' }).click()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Integrations')

    const before = await appsAtAcme(page, demo, 'Grace Hopper')
    await connectAcme(page, 'Grace Hopper')
    await page.reload()
    const row = page.getByRole('article', { name: /Acme Music/ })
    await expect(row).toContainText('Grace Hopper')

    await row.getByRole('link', { name: /^Manage/ }).click()
    await page.getByRole('button', { name: /^Disconnect/ }).click()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await expect(page.getByRole('alertdialog')).toBeHidden()
    await disconnectHere(page)
    await expectOutcome(page, 'Acme Music disconnected')
    await expect(page.getByRole('status')).toContainText('revoked at Acme Music')
    expect(await appsAtAcme(page, demo, 'Grace Hopper')).toBe(before)

    await page.getByRole('button', { name: 'Dismiss this message' }).click()
    await expect(page.getByRole('status')).toBeEmpty()
    await page.getByRole('link', { name: 'Activity', exact: true }).click()
    await expect(page.getByText('You disconnected Acme Music (Grace Hopper)')).toBeVisible()
    await openMenu(page)
    await page.getByRole('link', { name: 'Log out' }).click()
    await expect(page.getByRole('link', { name: 'Log in' })).toBeVisible()
  })
})

test('a refusal is told without JavaScript', async ({ page }) => {
  await leaveForAcme(page)
  await decideAtAcme(page, 'Ada Lovelace', 'Deny')
  await expect(page.getByRole('status')).toContainText('You cancelled at Acme Music')
})

test('a second account and a reconnect need no JavaScript', async ({ page, demo }) => {
  await connectAcme(page)
  const [before] = await demo.rows.all('grants')
  await page.goto('/integrations/acme')
  await page.getByRole('link', { name: /^Reconnect/ }).click()
  await decideAtAcme(page)
  await expectOutcome(page, 'Acme Music connected')
  await page.getByRole('link', { name: 'Connect another account' }).click()
  await decideAtAcme(page, 'Grace Hopper')
  await expectOutcome(page, 'Acme Music connected')
  const grants = await demo.rows.all('grants')
  expect(grants).toHaveLength(2)
  expect(grants.map(({ id }) => id)).toContain(before?.id)
})

test('a browser that knows no invoker commands opens the dialog as a popover', async ({ page }) => {
  await connectPlain(page)
  await page.route('**/integrations/plain', async (route) => {
    const response = await route.fetch()
    const body = (await response.text()).replaceAll(/ command(for)?="[^"]*"/g, '')
    await route.fulfill({ response, body })
  })
  await page.goto('/integrations/plain')
  await disconnectHere(page)
  await expectOutcome(page, 'Plain Notes disconnected')
})

test('the theme is chosen and kept without JavaScript', async ({ page, context }) => {
  await page.emulateMedia({ colorScheme: 'light' })
  await page.goto('/activity')
  const light = await background(page)
  await chooseTheme(page, 'Dark')
  await expect(page).toHaveURL(/\/activity$/)
  const dark = await background(page)
  expect(dark).not.toBe(light)
  await page.goto('/integrations')
  expect(await background(page)).toBe(dark)
  await chooseTheme(page, 'System')
  expect(await background(page)).toBe(light)
  const names = (await context.cookies()).map(({ name }) => name)
  expect(names).not.toContain('theme')
})

async function openMenu(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Your account:/ }).click()
}

async function chooseTheme(page: Page, theme: string): Promise<void> {
  await openMenu(page)
  await page.getByRole('button', { name: theme, exact: true }).click()
  await openMenu(page)
  const chosen = page.getByRole('button', { name: theme, exact: true })
  await expect(chosen).toHaveAttribute('aria-pressed', 'true')
  await page.keyboard.press('Escape')
}

function background(page: Page): Promise<string> {
  return page.locator('body').evaluate((body) => getComputedStyle(body).backgroundColor)
}
