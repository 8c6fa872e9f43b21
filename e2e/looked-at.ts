import { fileURLToPath } from 'node:url'
import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from 'playwright/test'

const folder = fileURLToPath(new URL('../screenshots', import.meta.url))
const themes = ['light', 'dark'] as const
const sizes = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
]
const tags = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']

/**
 * Looks at a page as it is now: axe finds nothing in either theme, on a desk and on a phone, and
 * nothing needs scrolling sideways at 320 px, which is also 1280 px at 400 %. Each is kept as a
 * picture in `screenshots/`, for people to look at.
 */
export async function expectAccessible(page: Page, name: string): Promise<void> {
  for (const colorScheme of themes)
    for (const size of sizes) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize(size)
      await picture(page, `${name}-${colorScheme}-${size.width}`)
      expect(await findings(page), `${name}, ${colorScheme}, ${size.width} px`).toEqual([])
    }
  await page.setViewportSize({ width: 320, height: 256 })
  await picture(page, `${name}-dark-320`)
  expect(await tooWide(page), `${name} at 320 px`).toEqual([])
}

/** The whole page, as `screenshots/{name}.png`. */
export async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true, animations: 'disabled' })
}

async function findings(page: Page): Promise<string[]> {
  // Legacy: in the page itself. The other way is for frames, and opens a tab for each run.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().withTags(tags).analyze()
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary}`),
  )
}

/** What is wider than the place that it is seen in. */
function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('html, dialog:modal, :popover-open')]
      .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
      .map(({ tagName, scrollWidth, clientWidth }) => `${tagName} ${scrollWidth} > ${clientWidth}`),
  )
}
