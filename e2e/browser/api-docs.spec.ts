import { expect, nobody, test } from '../browser-fixtures.ts'
import { expectAccessible } from '../looked-at.ts'

test.use({ storageState: nobody })

test('api-docs: no finding, and every operation can be reached', async ({ page }) => {
  await page.goto('/docs/api')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('The HTTP API')
  await page.getByRole('link', { name: 'GET /api/grants/{id}/events' }).click()
  await expect(page.locator('#listEvents')).toBeInViewport()
  await page.getByRole('link', { name: 'EventPage' }).click()
  await expect(page.locator('#schema-EventPage')).toBeInViewport()
  await expectAccessible(page, 'api-docs')
})

test('values of a field that may be null are told as well', async ({ page }) => {
  await page.goto('/docs/api')
  const schema = page.locator(':has(> #schema-Scope)')
  const field = schema.locator('dl > div', { has: page.getByText('access', { exact: true }) })
  await expect(field.getByRole('listitem')).toHaveText(['read', 'write'])
})

test('links on the page lead somewhere, and nothing comes from elsewhere', async ({ page }) => {
  const hosts = new Set<string>()
  page.on('request', (request) => hosts.add(new URL(request.url()).host))
  await page.goto('/docs/api', { waitUntil: 'networkidle' })
  expect([...hosts]).toEqual([new URL(page.url()).host])
  const anchors = await page
    .locator('a[href^="#"]')
    .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''))
  expect(anchors.length).toBeGreaterThan(50)
  for (const anchor of new Set(anchors)) expect(await page.locator(anchor).count(), anchor).toBe(1)
})

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false })

  test('the page says all the same', async ({ page }) => {
    await page.goto('/docs/api')
    await expect(page.getByRole('article', { name: 'Disconnects a grant' })).toBeVisible()
    await expect(page.getByRole('heading', { name: 'Problem', exact: true })).toBeVisible()
  })
})
