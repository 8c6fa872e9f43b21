import type { Page } from 'playwright/test'
import { type Demo, expect, test } from '../browser-fixtures.ts'
import { minute, refreshable, seedGrant, seedTrouble } from '../seed.ts'
import { connectAcme, decideAtAcme, expectOutcome } from '../steps.ts'

for (const javaScriptEnabled of [true, false])
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled })

    test('pause, see it paused, resume: nothing is lost, and all of it is in the activity', async ({
      page,
      demo,
    }) => {
      await connectAcme(page)
      const before = await grantOf(demo)
      await page.goto('/integrations/acme')
      await page.getByRole('button', { name: 'Pause Acme Music (Ada Lovelace)' }).click()
      await expectOutcome(page, 'Acme Music paused')
      await expect(page.getByRole('status')).toContainText('until you resume it')
      expect((await grantOf(demo)).paused_at).not.toBeNull()

      await page.goto('/integrations')
      const row = page.getByRole('article', { name: 'Acme Music Ada Lovelace' })
      await expect(row).toContainText('Paused just now. Nothing uses it until you resume it.')

      await row.getByRole('link', { name: /^Manage/ }).click()
      await expect(page.getByRole('button', { name: /^Pause/ })).toHaveCount(0)
      await page.getByRole('button', { name: 'Resume Acme Music (Ada Lovelace)' }).click()
      await expectOutcome(page, 'Acme Music resumed')
      expect(await grantOf(demo)).toEqual(before)

      await page.getByRole('button', { name: 'Dismiss this message' }).click()
      await expect(page.getByRole('status')).toBeEmpty()
      await page.getByRole('link', { name: 'Activity', exact: true }).click()
      for (const step of ['paused', 'resumed'])
        await expect(page.getByText(`You ${step} Acme Music (Ada Lovelace)`)).toBeVisible()
    })
  })

test('pause and resume with the keyboard alone: the focus is where the news is', async ({
  page,
  demo,
}) => {
  await seedGrant(demo.rows)
  await page.goto('/integrations/acme')
  for (const [word, outcome] of [
    ['Pause', 'paused'],
    ['Resume', 'resumed'],
  ]) {
    await page.getByRole('button', { name: new RegExp(`^${word} `) }).focus()
    await page.keyboard.press('Enter')
    await expectOutcome(page, `Acme Music ${outcome}`)
    await expect(page.getByRole('status').locator(':focus'), 'what happened').toBeVisible()
  }
})

test('a double click on Pause pauses once', async ({ page, demo }) => {
  await seedGrant(demo.rows)
  await page.goto('/integrations/acme')
  await page.getByRole('button', { name: /^Pause / }).dblclick()
  await expectOutcome(page, 'Acme Music paused')
  const events = await demo.rows.all('events')
  expect(events.map(({ type }) => type)).toEqual(['paused'])
})

test('one of two accounts is paused, and the other is not', async ({ page, demo }) => {
  await seedGrant(demo.rows)
  await seedGrant(demo.rows, { account_label: 'Grace Hopper' })
  await page.goto('/integrations/acme')
  await page.getByRole('button', { name: 'Pause Acme Music (Grace Hopper)' }).click()
  await expect(page.getByRole('status')).toContainText('as Grace Hopper')
  await expect(page.getByRole('button', { name: 'Pause Acme Music (Ada Lovelace)' })).toBeVisible()
  await expect(page.getByRole('button', { name: /^Resume / })).toHaveCount(1)
})

test('what was disconnected in another tab cannot be paused, and the page says so', async ({
  page,
  demo,
}) => {
  await seedGrant(demo.rows)
  await page.goto('/integrations/acme')
  await demo.rows.execute("update grants set status = 'disconnected', disconnected_at = 1")
  await page.getByRole('button', { name: /^Pause / }).click()
  await expectOutcome(page, 'Acme Music was not paused')
  await expect(page.getByRole('status')).toContainText('Acme Music is not connected')
  expect(await demo.rows.all('events')).toEqual([])
})

test('a paused grant that is reconnected keeps its id, and stays paused', async ({
  page,
  demo,
}) => {
  await connectAcme(page)
  const { id } = await grantOf(demo)
  await demo.rows.execute(
    "update grants set paused_at = 1, status = 'reauthorization_required', reason = 'lost_rotation'",
  )
  await page.goto('/integrations/acme')
  await page.getByRole('link', { name: /^Reconnect / }).click()
  await decideAtAcme(page)
  await expectOutcome(page, 'Acme Music connected')
  expect(await grantOf(demo)).toMatchObject({ id, status: 'active', reason: null, paused_at: 1 })
  await expect(page.getByRole('button', { name: /^Resume / })).toBeVisible()
})

test('an outage asks nothing of the person; when it is over, nothing is left of it', async ({
  page,
  demo,
}) => {
  const since = Date.now() - 12 * minute
  await seedTrouble(demo.rows, { error: 'temporarily_unavailable', since })
  await seedGrant(demo.rows, refreshable)
  await page.goto('/integrations')
  const row = page.getByRole('article', { name: 'Acme Music Ada Lovelace' })
  await expect(row).toContainText('there is nothing for you to do')
  await expectNoReconnect(page)
  await page.goto('/integrations/acme')
  await expectNoReconnect(page)
  await demo.rows.execute('update provider_states set error = null')
  await page.goto('/integrations')
  await expect(row).toContainText('Connected 3 days ago')
})

async function expectNoReconnect(page: Page): Promise<void> {
  await expect(page.getByText('stopped answering')).toBeVisible()
  await expect(page.getByRole('link', { name: /^Reconnect/ })).toHaveCount(0)
}

async function grantOf(demo: Demo) {
  const [grant] = await demo.rows.all('grants')
  if (!grant) throw new Error('Nothing is connected')
  return grant
}
