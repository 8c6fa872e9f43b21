import { type Browser, type BrowserContext, expect, test } from 'playwright/test'
import { logIn } from '../browser-fixtures.ts'
import { startDemo } from '../demo.ts'
import { filesOf, standaloneElsewhere } from '../standalone.ts'
import { connectAcme, disconnectHere, expectOutcome } from '../steps.ts'

test('over https the walk is the same, and every cookie is bound to the host', async ({
  browser,
}) => {
  test.setTimeout(120_000)
  await walkOverHttps(browser)
})

test('so it is with the standalone build alone in a folder, where it writes but what it compiled', async ({
  browser,
}) => {
  test.setTimeout(180_000)
  const { folder, remove } = await standaloneElsewhere()
  try {
    const isCompiled = (file: string) => /^\.next\/compile-cache(\/|$)/.test(file)
    const others = async () => (await filesOf(folder)).filter((file) => !isCompiled(file))
    const before = await others()
    await walkOverHttps(browser, folder)
    expect(await others()).toEqual(before)
  } finally {
    await remove()
  }
})

async function walkOverHttps(browser: Browser, folder?: string): Promise<void> {
  const demo = await startDemo({ https: true, folder })
  const context = await browser.newContext({ baseURL: demo.appUrl, ignoreHTTPSErrors: true })
  const lines = setCookieLines(context, demo.appUrl)
  try {
    const page = await context.newPage()
    await logIn(page, 'Alice')
    await connectAcme(page, 'Grace Hopper')
    await page.goto('/integrations/acme')
    await disconnectHere(page)
    await expectOutcome(page, 'Acme Music disconnected')
    await page.getByRole('button', { name: /^Your account/ }).click()
    await page.getByRole('button', { name: 'Dark', exact: true }).click()
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')

    const kept = await lines()
    const names = new Set(kept.map((line) => line.split('=', 1)[0]))
    for (const known of [/^__Host-session$/, /^__Host-login_/, /^__Host-oauth_tx_/, /^theme$/])
      expect(
        [...names].some((name) => known.test(name ?? '')),
        `${known} was set`,
      ).toBe(true)
    for (const line of kept) expectBoundToHost(line)
  } finally {
    await context.close()
    await demo.stop()
  }
}

/** The Set-Cookie lines of the app's answers, deletions left out. */
function setCookieLines(context: BrowserContext, appUrl: string): () => Promise<string[]> {
  const answers: Promise<{ name: string; value: string }[]>[] = []
  context.on('response', (response) => {
    if (response.url().startsWith(appUrl)) answers.push(response.headersArray())
  })
  return async () =>
    (await Promise.all(answers))
      .flat()
      .filter(({ name }) => name.toLowerCase() === 'set-cookie')
      .flatMap(({ value }) => value.split('\n'))
      .filter((line) => !/max-age=0|expires=thu, 01 jan 1970/i.test(line))
}

/** RFC 6265bis §4.1.3.2. The theme holds no secret and has a plain name, but is Secure too. */
function expectBoundToHost(line: string): void {
  const name = line.split('=', 1)[0] ?? ''
  if (name !== 'theme') expect(name).toMatch(/^__Host-/)
  expect(line, name).toMatch(/;\s*secure/i)
  expect(line, name).toMatch(/;\s*path=\/(;|$)/i)
  expect(line, name).toMatch(/;\s*httponly/i)
  expect(line, name).toMatch(/;\s*samesite=lax/i)
  expect(line, name).not.toMatch(/;\s*domain=/i)
}
