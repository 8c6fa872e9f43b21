import { expect, logInAt, test } from '../spa-fixtures.ts'
import { connectAtSpa, leaveSpa } from '../spa-steps.ts'
import { decideAtAcme } from '../steps.ts'

/* How an attempt may end besides well: each end is a sentence, with a way on. */

test('a refused consent can be tried again at once', async ({
  page,
  spaWorld: { tracklist },
  logInAt,
}) => {
  await logInAt(tracklist)
  await leaveSpa(page)
  await decideAtAcme(page, 'Ada Lovelace', 'Deny')
  await expect(page.getByRole('status')).toHaveText(
    'You cancelled at Acme Music, and nothing was changed.',
  )
  expect(page.url()).toBe(`${tracklist.url}/connected`)
  await page.getByRole('button', { name: 'Try again' }).click()
  await decideAtAcme(page)
  await expect(page.getByRole('status')).toContainText('Connected to Acme Music')
})

test('a tab that is closed at the third party leaves the list as it was', async ({
  page,
  context,
  spaWorld: { tracklist, demo },
  logInAt,
}) => {
  await logInAt(tracklist)
  await leaveSpa(page)
  await page.close()
  const later = await context.newPage()
  await later.goto(tracklist.url)
  await connectAtSpa(later)
  expect(await demo.rows.all('grants')).toHaveLength(1)
})

test('who goes back instead finds the list, and can begin anew', async ({
  page,
  spaWorld: { tracklist },
  logInAt,
}) => {
  await logInAt(tracklist)
  await leaveSpa(page)
  await page.goBack()
  await connectAtSpa(page)
})

test('a ticket that is over ends on a page that says so, and a new one works', async ({
  page,
  spaWorld: { tracklist },
  logInAt,
}) => {
  await logInAt(tracklist)
  const followed = page.waitForRequest(/\/start\?ticket=/)
  await leaveSpa(page)
  const startUrl = (await followed).url()
  // The app's own page tells it, and asks for a log-in first: at the issuer she has one already.
  await page.goto(startUrl)
  await expect(page.getByRole('status')).toContainText('used already or is too old')
  await page.goto(tracklist.url)
  await connectAtSpa(page)
})

test('a handle whose minute is over ends in a sentence, and can be tried again', async ({
  page,
  spaWorld: { tracklist, demo },
  logInAt,
}) => {
  await logInAt(tracklist)
  await leaveSpa(page)
  // What waits is gone before the page asks for it, as after its minute.
  await page.route(/\/complete$/, async (route) => {
    if (route.request().method() === 'POST') await demo.rows.execute('delete from completions')
    await route.continue()
  })
  await decideAtAcme(page)
  await expect(page.getByRole('status')).toHaveText(
    'That took too long, and nothing was changed. Please try again.',
  )
  await page.unroute(/\/complete$/)
  await page.getByRole('button', { name: 'Try again' }).click()
  await decideAtAcme(page)
  await expect(page.getByRole('status')).toContainText('Connected to Acme Music')
})

test('ST-09 what somebody else began is not completed by a victim’s page', async ({
  page,
  browser,
  spaWorld: { tracklist, demo },
}) => {
  const mallory = await browser.newPage()
  await logInAt(mallory, tracklist, 'Mallory')
  await leaveSpa(mallory)
  // Her own page does not run: what comes back stays in the address bar, for her to send on.
  await mallory.route(/\/assets\/.*\.js$/, (route) => route.abort())
  await decideAtAcme(mallory)
  await mallory.waitForURL(/#handle=/)
  await logInAt(page, tracklist, 'Alice')
  await page.goto(mallory.url())
  await expect(page.getByRole('status')).toContainText('not asked for in this tab')
  expect(await demo.rows.all('grants')).toEqual([])
  await mallory.close()
})

test('a page that is opened without an answer says what it is for', async ({
  page,
  spaWorld: { tracklist },
}) => {
  await page.goto(`${tracklist.url}/connected`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Nothing to finish here')
  await page.getByRole('link', { name: 'To your services' }).click()
  await expect(page.getByRole('button', { name: 'Log in' })).toBeVisible()
})
