import type { Locator, Page } from 'playwright/test'
import { expect, test } from '../browser-fixtures.ts'
import { picture } from '../looked-at.ts'
import { seedGrant } from '../seed.ts'

test('with reduced motion nothing moves', async ({ page, demo }) => {
  await seedGrant(demo.rows)
  await page.emulateMedia({ reducedMotion: 'reduce' })
  for (const path of ['/integrations', '/integrations/acme', '/activity', '/nothing/here']) {
    await page.goto(path)
    expect(await moving(page), path).toEqual([])
  }
})

test('in forced colours the pages can be read, and controls have edges', async ({ page, demo }) => {
  await seedGrant(demo.rows)
  await page.emulateMedia({ forcedColors: 'active' })
  await page.goto('/integrations?integration=acme&status=connected')
  await picture(page, 'connected-forced-colours')
  const icon = page.getByRole('status').locator('svg').first()
  expect(await inkOf(icon.locator('path'))).toBe(await inkOf(page.getByRole('heading').first()))
  await page.getByRole('button', { name: /^Your account/ }).click()
  await picture(page, 'menu-forced-colours')
  await page.goto('/integrations/acme')
  await page.getByRole('button', { name: /^Disconnect/ }).click()
  await picture(page, 'dialog-forced-colours')
  const button = page.getByRole('alertdialog').getByRole('button', { name: /^Disconnect/ })
  await expect(button).toHaveCSS('border-top-style', 'solid')
})

test('the theme that was chosen holds against the system', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' })
  await page.goto('/activity')
  const light = await page.locator('body').evaluate(backgroundOf)
  await page.getByRole('button', { name: /^Your account/ }).click()
  await page.getByRole('button', { name: 'Dark', exact: true }).click()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  expect(await page.locator('body').evaluate(backgroundOf)).not.toBe(light)
  await page.reload()
  expect(await page.locator('body').evaluate(backgroundOf)).not.toBe(light)
})

function backgroundOf(element: Element): string {
  return getComputedStyle(element).backgroundColor
}

function inkOf(what: Locator): Promise<string> {
  return what.evaluate((element) => {
    const { color, stroke } = getComputedStyle(element)
    return stroke === 'none' ? color : stroke
  })
}

/** What has a transition or an animation that takes time. */
function moving(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('*')]
      .filter((element) => {
        const { transitionDuration, animationDuration } = getComputedStyle(element)
        return /[1-9]/.test(`${transitionDuration} ${animationDuration}`)
      })
      .map(({ tagName, className }) => `${tagName} ${className}`),
  )
}
