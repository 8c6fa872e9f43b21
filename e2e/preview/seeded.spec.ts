import { generateSessionCookie } from '@auth0/nextjs-auth0/testing'
import { expect, test } from './fixtures.ts'

const { PREVIEW_AUTH0_SECRET: secret = '', PREVIEW_USER: sub = 'auth0|preview' } = process.env

test.beforeEach(async ({ context, baseURL }) => {
  const url = baseURL ?? ''
  const session = { user: { sub }, tokenSet: { accessToken: 'none', expiresAt: 4_000_000_000 } }
  const value = await generateSessionCookie(session, { secret })
  const name = url.startsWith('https:') ? '__Host-session' : '__session'
  await context.addCookies([{ name, value, url, httpOnly: true }])
})

test('the seeded user sees what is connected, what needs them, and what is paused', async ({
  page,
}) => {
  await page.goto('/integrations')
  for (const account of ['Ada Lovelace', 'Grace Hopper', 'Charles Babbage'])
    await expect(page.getByText(account).first()).toBeVisible()
})

test('the seeded user sees what happened', async ({ page }) => {
  await page.goto('/activity')
  await expect(page.getByText('Ada Lovelace').first()).toBeVisible()
})
