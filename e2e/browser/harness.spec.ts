import { expect, test } from '../browser-fixtures.ts'

test('alice logs in through the issuer’s page', async ({ page, logIn }) => {
  await logIn('Alice')
  await page.goto('/integrations')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await expect(page.getByText('Acme Music').first()).toBeVisible()
})
