import type { Locator, Page } from 'playwright/test'
import { expect, test } from '../browser-fixtures.ts'
import { seedGrant } from '../seed.ts'
import { expectOutcome } from '../steps.ts'

test('connect and disconnect with the keyboard alone', async ({ page }) => {
  await page.goto('/integrations')
  await press(page, page.getByRole('link', { name: 'Connect Acme Music' }))
  await page.waitForURL(/\/consent\//)
  await press(page, page.getByRole('button', { name: 'Allow' }))
  await expectOutcome(page, 'Acme Music connected')
  await expect(page.getByRole('heading', { name: 'Acme Music connected' })).toBeFocused()

  await press(page, page.getByRole('link', { name: 'Manage Acme Music (Ada Lovelace)' }))
  await page.waitForURL(/\/integrations\/acme$/)
  const opener = page.getByRole('button', { name: 'Disconnect Acme Music (Ada Lovelace)' })
  const dialog = page.getByRole('alertdialog')
  await press(page, opener)
  await expect(dialog.getByRole('button', { name: 'Cancel' }), 'harmless first').toBeFocused()
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await expect(opener, 'back where one was').toBeFocused()

  await page.keyboard.press('Enter')
  await expect(dialog).toBeVisible()
  await press(page, dialog.getByRole('button', { name: /^Disconnect/ }))
  await expectOutcome(page, 'Acme Music disconnected')
  await expect(page.getByRole('status').locator(':focus'), 'what happened').toBeVisible()
})

test('the dialog keeps the focus, and its other ways out work too', async ({ page, demo }) => {
  await seedGrant(demo.rows)
  await page.goto('/integrations/acme')
  const opener = page.getByRole('button', { name: /^Disconnect/ })
  const dialog = page.getByRole('alertdialog')
  await opener.focus()
  await page.keyboard.press('Space')
  for (let step = 0; step < 6; step += 1) {
    await page.keyboard.press('Tab')
    const isOutside = await page.evaluate(
      () => document.activeElement?.matches('main *:not(dialog, dialog *)') ?? false,
    )
    expect(isOutside, `step ${step}`).toBe(false)
  }
  await dialog.getByRole('button', { name: 'Cancel' }).press('Enter')
  await expect(dialog).toBeHidden()
  await expect(opener).toBeFocused()
})

test('the menu opens, closes and gives the focus back', async ({ page }) => {
  await page.goto('/integrations')
  const opener = page.getByRole('button', { name: 'Your account: Alice' })
  await press(page, opener)
  const logOut = page.getByRole('link', { name: 'Log out' })
  await expect(logOut).toBeVisible()
  await tabTo(page, page.getByRole('button', { name: 'Light', exact: true }))
  await page.keyboard.press('Escape')
  await expect(logOut).toBeHidden()
  await expect(opener).toBeFocused()
})

test('the first stop skips to the content', async ({ page }) => {
  await page.goto('/integrations')
  await page.keyboard.press('Tab')
  const skip = page.getByRole('link', { name: 'Skip to the content' })
  await expect(skip).toBeFocused()
  await expect(skip).toBeInViewport()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  const inMain = page.getByRole('main').locator(':focus')
  await expect(inMain).toHaveAccessibleName('Acme Music')
})

for (const path of [
  '/integrations',
  '/integrations/acme',
  '/integrations/connect/acme',
  '/activity',
])
  test(`${path}: every stop shows where the focus is, and is a finger wide`, async ({
    page,
    demo,
  }) => {
    await seedGrant(demo.rows)
    await page.setViewportSize({ width: 390, height: 500 })
    await page.goto(path)
    const stops = new Set<string>()
    for (;;) {
      await page.keyboard.press('Tab')
      const stop = await focused(page)
      if (!stop || stops.has(stop.key)) break
      stops.add(stop.key)
      expect(stop.outline, `${stop.name} shows the focus`).toBe('solid')
      expect(stop.isSeen, `${stop.name} is in view and not covered`).toBe(true)
      expect(stop.height, `${stop.name} is 44 px high`).toBeGreaterThanOrEqual(44)
    }
    expect(stops.size).toBeGreaterThan(4)
  })

async function press(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target)
  await page.keyboard.press('Enter')
}

async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let step = 0; step < 40; step += 1) {
    await page.keyboard.press('Tab')
    if (await target.evaluate((element) => element === document.activeElement)) return
  }
  throw new Error(`No way to ${target} by Tab`)
}

/** What has the focus: links that stand in a row are stretched over it (`::after`), and count so. */
function focused(page: Page) {
  return page.evaluate(() => {
    const element = document.activeElement
    if (!element || element === document.body) return
    const box = element.getBoundingClientRect()
    const isStretched = getComputedStyle(element, '::after').position === 'absolute'
    const area = isStretched ? element.closest('article') : element
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)
    return {
      key: `${element.outerHTML.slice(0, 300)} ${Math.round(box.y + scrollY)}`,
      name: element.textContent?.trim() ?? '',
      outline: getComputedStyle(element).outlineStyle,
      height: Math.round(area?.getBoundingClientRect().height ?? 0),
      isSeen: top !== null && (element.contains(top) || top.contains(element)),
    }
  })
}
