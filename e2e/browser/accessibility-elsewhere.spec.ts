import type { Page } from 'playwright/test'
import { type Demo, expect, nobody, test } from '../browser-fixtures.ts'
import { startDemo } from '../demo.ts'
import { expectAccessible } from '../looked-at.ts'
import { appsAtAcme, connectAcme, connectPlain, leaveForAcme } from '../steps.ts'

type Place = { page: Page; demo: Demo }

/** The pages of the third parties and of the login, by how one gets there. */
const standIns: Record<string, (place: Place) => Promise<unknown>> = {
  'acme-consent': ({ page }) => leaveForAcme(page),
  'acme-problem': ({ page, demo }) => page.goto(`${demo.standIns.acme.url}/consent/none`),
  'acme-connections': async ({ page, demo }) => {
    await connectAcme(page)
    await page.goto(`${demo.standIns.acme.url}/connections`)
    await expect(page.getByText('Since')).toHaveCount(await appsAtAcme(page, demo, 'Ada Lovelace'))
  },
  'acme-switches': async ({ page, demo }) => {
    await connectAcme(page)
    demo.standIns.acme.switches.sawRefresh('503 temporarily_unavailable')
    await page.goto(`${demo.standIns.acme.url}/connections`)
    await page.getByRole('link', { name: 'Let Acme Music fail' }).click()
    await expect(page.getByRole('button', { name: 'Answer normally', pressed: true })).toBeVisible()
  },
  'plain-consent': async ({ page }) => {
    await page.goto('/integrations')
    await page.getByRole('link', { name: 'Connect Plain Notes' }).click()
    await page.waitForURL(/\/oauth\/authorize/)
  },
  'plain-problem': ({ page, demo }) => page.goto(`${demo.standIns.plain.url}/oauth/authorize`),
  'plain-connections': async ({ page, demo }) => {
    await connectPlain(page)
    await page.goto(`${demo.standIns.plain.url}/connections`)
    await expect(page.getByRole('button', { name: /^Remove/ })).toHaveCount(1)
  },
}

for (const [name, go] of Object.entries(standIns))
  test(`${name}: no finding`, async ({ page, demo }) => {
    await go({ page, demo })
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await expectAccessible(page, name)
  })

test.describe('to who is not logged in', () => {
  test.use({ storageState: nobody })

  test('landing: no finding', async ({ page }) => {
    await page.goto('/')
    await expect(page.getByRole('link', { name: 'Log in' })).toBeVisible()
    await expectAccessible(page, 'landing')
  })

  test('login: no finding', async ({ page }) => {
    await page.goto('/auth/login')
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Log in')
    await expectAccessible(page, 'login')
  })

  test('nothing-offered: no finding', async ({ page }) => {
    const clients = ['ACME', 'PLAIN'].flatMap((id) => [`${id}_CLIENT_ID`, `${id}_CLIENT_SECRET`])
    const env = Object.fromEntries(clients.map((name) => [name, undefined]))
    const demo = await startDemo({ env })
    try {
      await page.goto(`${demo.appUrl}/auth/login`)
      await page.getByRole('button', { name: 'Alice' }).click()
      await expect(page.getByText('Nothing to connect yet')).toBeVisible()
      await expectAccessible(page, 'nothing-offered')
    } finally {
      await demo.stop()
    }
  })
})
