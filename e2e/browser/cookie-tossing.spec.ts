import { expect, test } from 'playwright/test'
import { logIn } from '../browser-fixtures.ts'
import { startTlsFront } from '../tls-front.ts'
import { startWorld } from '../world.ts'

test('ST-15 cookies that a sibling host sets for the domain change nothing', async ({
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
  } finally {
    await context.close()
    await sibling.close()
    await world.stop()
  }
})
