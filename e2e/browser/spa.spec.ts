import { expectAccessible } from '../looked-at.ts'
import { expect, logInAt, test } from '../spa-fixtures.ts'
import { connectAtSpa, leaveSpa } from '../spa-steps.ts'
import { decideAtAcme } from '../steps.ts'

/** The whole case, in a real browser and over three sites: SPA, app and third party. */
for (const which of ['tracklist', 'setlist'] as const)
  test(`the user of ${which} connects, uses the account through the proxy, and disconnects`, async ({
    page,
    spaWorld,
    logInAt,
  }) => {
    const spa = spaWorld[which]
    await logInAt(spa)
    await leaveSpa(page)
    expect(new URL(page.url()).origin).toBe(spaWorld.demo.standIns.acme.url)
    await decideAtAcme(page, 'Grace Hopper')
    await expect(page.getByRole('status')).toHaveText('Connected to Acme Music as Grace Hopper.')
    expect(page.url()).toBe(`${spa.url}/connected`)

    await page.getByRole('link', { name: 'Back to your services' }).click()
    const row = page.getByRole('article', { name: 'Acme Music' })
    await expect(row).toContainText('Connected as Grace Hopper')
    await expect(row.getByRole('listitem')).toHaveText([
      'Morning analytics 24 songs',
      'Debugging at night 57 songs',
    ])
    await row.getByRole('button', { name: 'Disconnect Acme Music (Grace Hopper)' }).click()
    await expect(page.getByRole('status')).toHaveText(
      'Acme Music is disconnected, and our access was revoked there.',
    )
    await expect(row.getByRole('button', { name: 'Connect Acme Music' })).toBeVisible()
    const [grant] = await spaWorld.demo.rows.all('grants')
    expect(grant).toMatchObject({ status: 'disconnected', revocation: 'revoked' })
  })

test('two SPAs share what their user connected, and nobody else sees it', async ({
  page,
  browser,
  spaWorld: { tracklist, setlist },
}) => {
  await logInAt(page, tracklist, 'Alice')
  await connectAtSpa(page)
  await page.goto(setlist.url)
  await page.getByRole('button', { name: 'Log in' }).click()
  const row = page.getByRole('article', { name: 'Acme Music' })
  await expect(row).toContainText('Connected as Ada Lovelace')
  const other = await browser.newPage()
  await logInAt(other, setlist, 'Bob')
  await expect(other.getByRole('button', { name: 'Connect Acme Music' })).toBeVisible()
  await other.close()
})

test('a third party without revocation is used and left in words that fit', async ({
  page,
  spaWorld: { tracklist },
  logInAt,
}) => {
  await logInAt(tracklist)
  await page.getByRole('button', { name: 'Connect Plain Notes' }).click()
  await page.getByRole('button', { name: 'Authorize as Sam Field' }).click()
  await page.getByRole('link', { name: 'Back to your services' }).click()
  const row = page.getByRole('article', { name: 'Plain Notes' })
  await expect(row.getByRole('listitem')).toHaveText(['A note of Sam Field'])
  await row.getByRole('button', { name: /^Disconnect/ }).click()
  await expect(page.getByRole('status')).toContainText('remove this app there too')
})

test('neither handle nor verifier stays where another script could read it', async ({
  page,
  spaWorld: { tracklist },
  logInAt,
}) => {
  await logInAt(tracklist)
  const requests: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  await connectAtSpa(page)
  expect(await page.evaluate(() => [location.href, ...Object.values(sessionStorage)].join())).toBe(
    `${tracklist.url}/connected`,
  )
  expect(requests.filter((url) => /handle|verifier/.test(url.replace(/#.*/, '')))).toEqual([])
})

test('the example can be used by everybody', async ({ page, spaWorld: { tracklist }, logInAt }) => {
  test.slow()
  await page.goto(tracklist.url)
  await page.getByRole('button', { name: 'Log in' }).waitFor()
  await expectAccessible(page, 'spa-welcome')
  await logInAt(tracklist)
  await expectAccessible(page, 'spa-services')
  await page.setViewportSize({ width: 1280, height: 800 })
  await connectAtSpa(page)
  await expectAccessible(page, 'spa-connected')
  await page.getByRole('link', { name: 'Back to your services' }).click()
  await page.getByText('Morning analytics').waitFor()
  await expectAccessible(page, 'spa-account')
})
