import { expect, nobody, test } from '../browser-fixtures.ts'
import { startDemo } from '../demo.ts'
import { expectAccessible } from '../looked-at.ts'

test.use({ storageState: nobody })

test('a deployment without a durable database says so, and how to mend it: no finding', async ({
  page,
}) => {
  test.setTimeout(120_000)
  const bare = await startDemo({ database: 'sqlite', env: { VERCEL: '1' } })
  try {
    for (const path of ['/', '/integrations', '/auth/login']) {
      await page.goto(`${bare.appUrl}${path}`)
      const title = page.getByRole('heading', {
        level: 1,
        name: 'Nothing can be connected here yet',
      })
      await expect(title).toBeVisible()
      await expect(page.getByText('sets DATABASE_URL by itself')).toBeVisible()
      await expect(page.getByRole('link', { name: /log in|connect/i })).toHaveCount(0)
    }
    await expectAccessible(page, 'no-database')
  } finally {
    await bare.stop()
  }
})
