import { expect, logIn, nobody, test } from '../browser-fixtures.ts'
import { connectAcme, decideAtAcme, expectOutcome, leaveForAcme } from '../steps.ts'

/*
 * What people do besides the straight way: tabs, double clicks, the back button, a reload, another
 * person at the same browser. Each ends on a page with a sentence, and nothing is lost or half-done.
 */

test('a second tab does not break the first', async ({ page, context, demo }) => {
  const second = await context.newPage()
  await leaveForAcme(page)
  await second.goto('/integrations')
  await expect(second.getByRole('article', { name: 'Acme Music' })).toContainText(
    'Waiting for you to finish at Acme Music',
  )
  await second.getByRole('link', { name: 'Start over Acme Music' }).click()
  await decideAtAcme(second)
  await expectOutcome(second, 'Acme Music connected')
  await decideAtAcme(page)
  await expectOutcome(page, 'Acme Music connected')
  expect(await demo.rows.all('grants')).toHaveLength(1)
})

test('a double click connects once', async ({ page, demo }) => {
  await page.goto('/integrations')
  await page.getByRole('link', { name: 'Connect Acme Music' }).dblclick()
  await decideAtAcme(page)
  await expectOutcome(page, 'Acme Music connected')
  expect(await demo.rows.all('grants')).toHaveLength(1)
  const events = await demo.rows.all('events')
  expect(events.map(({ type }) => type)).toEqual(['connected'])
})

test('a double click on Disconnect disconnects once', async ({ page, demo }) => {
  await connectAcme(page)
  await page.goto('/integrations/acme')
  await page.getByRole('button', { name: /^Disconnect / }).click()
  await page
    .getByRole('alertdialog')
    .getByRole('button', { name: /^Disconnect / })
    .dblclick()
  await expectOutcome(page, 'Acme Music disconnected')
  const events = await demo.rows.all('events')
  expect(events.map(({ type }) => type).sort()).toEqual(['connected', 'disconnected'])
})

test('the back button leads to where things stand now', async ({ page, demo }) => {
  await connectAcme(page)
  await page.goBack()
  await expect(page.getByText('Acme Music').first()).toBeVisible()
  await page.goBack()
  await page.waitForURL(/\/integrations$/)
  await expect(page.getByRole('article', { name: /Acme Music/ })).toContainText('Connected')
  expect(await demo.rows.all('grants')).toHaveLength(1)
})

test('back from the consent page, the attempt is shown and can begin anew', async ({ page }) => {
  await leaveForAcme(page)
  await page.goBack()
  await expect(page.getByRole('article', { name: 'Acme Music' })).toContainText(
    'Waiting for you to finish',
  )
  await page.getByRole('link', { name: 'Start over Acme Music' }).click()
  await decideAtAcme(page)
  await expectOutcome(page, 'Acme Music connected')
})

test('WD-12 a reload of the callback tells that it is connected, and keeps what is there', async ({
  page,
  demo,
}) => {
  const callback = page.waitForRequest(/\/api\/integrations\/acme\/callback\?/)
  await connectAcme(page)
  const before = await demo.rows.all('grants')
  await page.goto((await callback).url())
  await expectOutcome(page, 'Acme Music connected')
  await expect(page.getByRole('status')).toContainText('Ada Lovelace')
  await expect(page.getByRole('article', { name: /Acme Music/ })).toContainText('Ada Lovelace')
  expect(await demo.rows.all('grants')).toEqual(before)
})

test.describe('when another person takes over the browser', () => {
  test.use({ storageState: nobody })

  test('the one who comes back must be the one who left', async ({ page, context, demo }) => {
    await logIn(page, 'Alice')
    await leaveForAcme(page)
    const other = await context.newPage()
    await context.clearCookies({ name: /^(?!(__Host-)?oauth_tx_|acme_)/ })
    await logIn(other, 'Bob')
    await decideAtAcme(page)
    await expectOutcome(page, 'Acme Music was not connected')
    await expect(page.getByRole('status')).toContainText('logged in as someone else')
    expect(await demo.rows.all('grants')).toEqual([])
  })

  test('a logout ends the attempts that are in flight', async ({ page, context, demo }) => {
    await logIn(page, 'Alice')
    await leaveForAcme(page)
    const other = await context.newPage()
    await other.goto('/integrations')
    await other.getByRole('button', { name: 'Your account: Alice' }).click()
    await other.getByRole('link', { name: 'Log out' }).click()
    await expect(other.getByRole('link', { name: 'Log in' })).toBeVisible()
    await decideAtAcme(page)
    await page.waitForURL(/\/u\/login\//)
    await page.getByRole('button', { name: 'Bob' }).click()
    await page.waitForURL(/\/integrations/)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    expect(await demo.rows.all('grants')).toEqual([])
  })
})
