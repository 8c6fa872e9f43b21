import { expect, type Page, test } from 'playwright/test'
import { visitor } from '../browser-client.ts'
import { logIn } from '../browser-fixtures.ts'
import { oddSeals } from '../odd-seals.ts'
import { startTlsFront } from '../tls-front.ts'
import { startWorld, type World } from '../world.ts'

test('ST-15 AU-01 AU-04 AU-09 cookies that a sibling host sets for the domain change nothing', async ({
  browser,
}) => {
  test.setTimeout(120_000)
  const world = await startWorld({ https: true, host: 'grants.localhost' })
  const sibling = await startTlsFront(Number(new URL(world.attacker.url).port))
  const evil = `https://evil.grants.localhost:${sibling.port}`
  const context = await browser.newContext({ baseURL: world.appUrl, ignoreHTTPSErrors: true })
  try {
    const page = await context.newPage()
    await logIn(page, 'Alice')
    await page.goto('/integrations')
    // The provider holds the browser until the attacker has set cookies in another tab.
    let go = () => {}
    const waiting = new Promise<void>((resolve) => {
      go = resolve
    })
    world.providers.acme.ctl({ endpoint: 'authorize', during: () => waiting })
    const click = page
      .getByRole('link', { name: /^Connect\b.*\bAcme/ })
      .click({ noWaitAfter: true })
    await expect.poll(() => world.providers.acme.calls('/authorize').length).toBe(1)
    await click
    const own = (await context.cookies()).filter(({ name }) => /oauth_tx_|session/.test(name))
    const names = own.map(({ name }) => name).filter((name) => !name.startsWith('ngt_'))
    expect(names.filter((name) => name.includes('oauth_tx_'))).toHaveLength(1)
    for (const name of names) expect(name).toMatch(/^__Host-/)
    const attacker = await context.newPage()
    await attacker.goto(evil)
    await attacker.evaluate(
      (given) => {
        for (const name of given) {
          // biome-ignore lint/suspicious/noDocumentCookie: it is the attack
          document.cookie = `${name}=attacker; Domain=.grants.localhost; Path=/; Secure`
        }
      },
      names.flatMap((name) => [name, name.replace('__Host-', '')]),
    )
    const tossed = (await context.cookies(world.appUrl)).filter(({ value }) => value === 'attacker')
    expect(tossed.map(({ name }) => name).toSorted()).toEqual(
      names.map((name) => name.replace('__Host-', '')).toSorted(),
    )
    go()
    await page.waitForURL(/status=connected/)
    expect(await world.rows.all('grants')).toHaveLength(1)
    await expectUnmoved(page, attacker, { world, evil })
  } finally {
    await context.close()
    await sibling.close()
    await world.stop()
  }
})

type Attack = { world: World; evil: string }

/** The names that a login library would read, with what another user's session says, and with what it chokes on. */
async function expectUnmoved(page: Page, attacker: Page, { world, evil }: Attack): Promise<void> {
  const mallory = visitor({ name: 'mallory', appUrl: world.appUrl })
  await mallory.login('mallory')
  const stolen = mallory.jar.get('__Host-session')?.value ?? ''
  await attacker.goto(evil)
  for (const [name, value] of [
    ['appSession', stolen],
    ['__FC_0', oddSeals[0] ?? ''],
  ] as const)
    await attacker.evaluate(
      ([given, text]) => {
        // biome-ignore lint/suspicious/noDocumentCookie: it is the attack
        document.cookie = `${given}=${text}; Domain=.grants.localhost; Path=/; Secure; Max-Age=34560000`
      },
      [name, value] as const,
    )
  // A link from there logs nobody out: it asks.
  await attacker.evaluate((url) => location.assign(url), `${world.appUrl}/auth/logout`)
  await expect(attacker.getByRole('heading', { name: 'Log out?' })).toBeVisible()
  await page.goto('/integrations')
  await expect(page.getByRole('button', { name: 'Your account: Alice' })).toBeVisible()
  await page.goto('/unavailable')
  // Once there is no session, theirs is not taken in its place.
  await attacker.getByRole('link', { name: 'Log out' }).click()
  await attacker.waitForURL(`${world.appUrl}/`)
  await page.goto('/integrations')
  await expect(page.getByRole('button', { name: 'Mallory' })).toBeVisible()
  expect(new URL(page.url()).origin).toBe(world.login.url)
  await page.getByRole('button', { name: 'Alice' }).click()
  await expect(page.getByRole('button', { name: 'Your account: Alice' })).toBeVisible()
}
