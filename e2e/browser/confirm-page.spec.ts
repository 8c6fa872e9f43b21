import { expect, test, transactionCookies } from '../browser-world.ts'
import { startSibling } from '../sibling.ts'
import type { World } from '../world.ts'

const path = '/api/integrations/acme/start?return_to=%2Fintegrations%2Facme&scope=files.write'

for (const javaScriptEnabled of [true, false])
  test.describe(`with JavaScript ${javaScriptEnabled ? 'on' : 'off'}`, () => {
    test.use({ javaScriptEnabled })

    test('SA-15 the confirm page names who connects what, waits for a click, and means the user it names', async ({
      page,
      world,
      logInAs,
    }) => {
      await logInAs('Bob')
      lureTo(world)
      await page.goto(world.attacker.url)
      await page.getByRole('link').click()
      await page.waitForURL('**/integrations/connect/acme?**')
      const main = page.getByRole('main')
      for (const told of ['bob@example.com', 'Acme', new URL(world.appUrl).host])
        await expect(main).toContainText(told)
      for (const scope of ['profile', 'files.read', 'files.write'])
        await expect(main).toContainText(scope)
      await page.waitForLoadState('load')
      await expect(main.locator('form')).toHaveCount(0)
      await expect(page.locator('meta[http-equiv=refresh]')).toHaveCount(0)
      expect(await transactionCookies(page.context())).toEqual([])
      expect(world.providers.acme.log()).toEqual([])
      await main.getByRole('link', { name: /^Continue to Acme/ }).click()
      await page.waitForURL(/status=connected/)
      const bob = (await world.rows.all('users')).find(({ sub }) => sub === 'auth0|bob')
      const owners = (await world.rows.all('grants')).map(({ user_id }) => user_id)
      expect(owners).toEqual([bob?.id])
    })

    test('SA-15 cancelling on the confirm page connects nothing', async ({
      page,
      world,
      logInAs,
    }) => {
      await logInAs('Bob')
      lureTo(world)
      await page.goto(world.attacker.url)
      await page.getByRole('link').click()
      await page.getByRole('link', { name: 'Cancel' }).click()
      await page.waitForURL(/\/integrations\/acme\?.*status=error&error=access_denied/)
      expect(await world.rows.all('grants')).toEqual([])
      expect(world.providers.acme.log()).toEqual([])
    })
  })

test('SA-15 no other origin can show the confirm page in a frame', async ({
  page,
  world,
  logInAs,
}) => {
  await logInAs('Bob')
  const confirm = `${world.appUrl}/integrations/connect/acme`
  // Of the same site, so that the frame would be logged in.
  const sibling = await startSibling(world)
  world.attacker.show(`<h1>Prize</h1><iframe src="${confirm}"></iframe>`)
  const answered = page.waitForResponse(confirm)
  await page.goto(sibling.url)
  const response = await answered
  expect(response.status()).toBe(200)
  expect((await response.allHeaders())['content-security-policy']).toContain(
    "frame-ancestors 'none'",
  )
  await expect.poll(() => page.frames().map((frame) => frame.url())[1]).toMatch(/^chrome-error:/)
  await sibling.close()
  expect(world.providers.acme.log()).toEqual([])
})

/** A page of the attacker with a link that begins a connection. */
function lureTo(world: World): void {
  world.attacker.show(`<a href="${world.appUrl}${path.replace('&', '&amp;')}">Win a prize</a>`)
}
