import type { BrowserContext, Page } from 'playwright/test'
import type { Visitor } from '../browser-client.ts'
import { expect, test } from '../fixtures.ts'
import { startSibling } from '../sibling.ts'
import { headerOf } from '../stand-in/request-log.ts'
import type { World } from '../world.ts'

test('RU-12 a fragment of the provider is not re-attached to the return URL', async ({
  alice,
  context,
  page,
  world,
}) => {
  await lend(alice, context)
  world.providers.acme.ctl({ endpoint: 'authorize', fragment: 'access_token=evil' })
  const response = page.waitForResponse(/\/authorize\?/)
  const answered = page.waitForResponse(/\/callback\?/)
  await clickStart(page, world, '/activity')
  expect((await response).headers().location).toMatch(/#access_token=evil$/)
  // Asked of the answer: once the page runs, the router leaves the bare # out of the address.
  expect((await answered).headers().location).toBe(
    `${world.appUrl}/activity?integration=acme&status=connected#`,
  )
  await page.waitForURL(/status=connected/)
  expect(page.url().split('#')).toContain(
    `${world.appUrl}/activity?integration=acme&status=connected`,
  )
  expect(await page.evaluate(() => location.hash)).toBe('')
  const visited = await page.evaluate(() => performance.getEntriesByType('navigation')[0]?.name)
  expect(visited).not.toContain('access_token')
})

test('RU-12 the fragment of the return URL stays its own, behind the outcome', async ({
  alice,
  context,
  page,
  world,
}) => {
  await lend(alice, context)
  world.providers.acme.ctl({ endpoint: 'authorize', fragment: 'access_token=evil' })
  await clickStart(page, world, '/activity?x=1#tab')
  await page.waitForURL(/status=connected/)
  expect(page.url()).toBe(`${world.appUrl}/activity?x=1&integration=acme&status=connected#tab`)
  expect(await page.evaluate(() => location.hash)).toBe('#tab')
})

test('RU-12 nor after an error', async ({ alice, context, page, world }) => {
  await lend(alice, context)
  world.providers.acme.ctl({
    endpoint: 'authorize',
    fragment: 'access_token=evil',
    merge: { error: 'access_denied' },
  })
  await clickStart(page, world, '/activity')
  await page.waitForURL(/error=access_denied/)
  expect(page.url()).not.toContain('access_token')
  await page.goto(`${world.appUrl}/api/integrations/acme/callback?code=x#access_token=evil`)
  await page.waitForURL(/error=invalid_state/)
  expect(page.url()).not.toContain('access_token')
})

test('LK-02 no Referer tells a code, a state or the path of the callback', async ({
  alice,
  context,
  page,
  world,
}) => {
  await lend(alice, context)
  const { attacker, spa } = world
  // As careless as a page can be: it sends its whole URL along with every request.
  spa.show(
    `<!doctype html><title>SPA</title><meta name="referrer" content="unsafe-url">
     <img src="${attacker.url}/pixel.png" alt=""><a href="${attacker.url}/ad">ad</a>`,
  )
  try {
    await clickStart(page, world, `${spa.url}/app/settings`)
    await page.waitForURL(`${spa.url}/app/settings?**`)
    await page.getByRole('link', { name: 'ad' }).click()
    await page.waitForURL(`${attacker.url}/ad`)
  } finally {
    spa.show(undefined)
  }
  const referers = attacker.log.map((entry) => headerOf(entry, 'referer'))
  const landing = `${spa.url}/app/settings?integration=acme&status=connected`
  expect(referers).toContain(landing)
  expect(referers.filter((referer) => referer && referer !== landing)).not.toContainEqual(
    expect.stringMatching(/code|state=|callback|start/),
  )
  const atProviders = Object.values(world.providers).flatMap((provider) => provider.log())
  expect(atProviders.map(({ path }) => path)).toContain('/authorize')
  for (const entry of [...atProviders, ...spa.log])
    expect(headerOf(entry, 'referer') ?? '', entry.path).not.toMatch(
      /callback|code=|state=|\/start/,
    )
})

test('LK-02 a page of the app tells other sites nothing of where somebody was', async ({
  alice,
  context,
  page,
  world,
}) => {
  await lend(alice, context)
  await page.goto(`${world.appUrl}/integrations/connect/acme?return_to=/activity`)
  await page.evaluate((url) => {
    const link = document.createElement('a')
    link.href = `${url}/out`
    link.textContent = 'out'
    document.body.append(link)
  }, world.attacker.url)
  await page.getByRole('link', { name: 'out', exact: true }).click()
  await page.waitForURL(`${world.attacker.url}/out`)
  const [out] = world.attacker.log.filter(({ path }) => path === '/out')
  if (!out) throw new Error('Nobody came')
  expect(headerOf(out, 'referer')).toBeUndefined()
})

/** Another site, and another origin of the same site: the latter's frames are sent the cookies. */
for (const name of ['another site', 'our site'] as const)
  test(`LK-04 no page of the app shows in a frame of ${name}`, async ({
    alice,
    context,
    page,
    world,
  }) => {
    await lend(alice, context)
    const paths = ['/', '/integrations', '/integrations/acme', '/integrations/connect/acme']
    const sibling = name === 'our site' ? await startSibling(world) : undefined
    const attacker = sibling?.url ?? world.attacker.url
    for (const path of [...paths, '/activity', '/switched-off', '/nowhere']) {
      const refusals: string[] = []
      page.removeAllListeners('console')
      page.on('console', (message) => refusals.push(message.text()))
      world.attacker.show(
        `<!doctype html><h1>Win!</h1><iframe src="${world.appUrl}${path}"></iframe>`,
      )
      await page.goto(`${attacker}/`)
      const isRefused = () => refusals.some((text) => /frame/i.test(text))
      await expect.poll(isRefused, { message: `${path} in a frame of ${attacker}` }).toBe(true)
      const shown = await page.frameLocator('iframe').locator('body').textContent()
      expect(shown).not.toMatch(/Acme|Integrations|Connect|Grantkeeper|Alice/)
    }
    world.attacker.show(undefined)
    await sibling?.close()
  })

test('LK-05 no page of the app asks anybody else for anything, or breaks its own policy', async ({
  alice,
  context,
  page,
  world,
}) => {
  await lend(alice, context)
  const asked = new Set<string>()
  const complaints: string[] = []
  page.on('request', (request) => asked.add(new URL(request.url()).origin))
  page.on('console', (message) => {
    if (/content security policy|refused to/i.test(message.text())) complaints.push(message.text())
  })
  for (const path of [
    '/integrations?integration=acme&status=error&error=exchange_failed',
    '/integrations/acme',
    '/integrations/connect/acme?return_to=/activity',
    '/integrations/connect/acme?return_to=//evil.test',
    '/activity',
    '/switched-off',
    '/nowhere',
  ]) {
    await page.goto(`${world.appUrl}${path}`, { waitUntil: 'networkidle' })
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  }
  expect([...asked]).toEqual([world.appUrl])
  expect(complaints).toEqual([])
})

/** Gives a visitor's cookies to a real browser. */
async function lend({ jar }: Visitor, context: BrowserContext): Promise<void> {
  const cookies = jar.all().filter(({ value }) => value !== '')
  await context.addCookies(
    cookies.map(({ name, value, host, path, isSecure }) => ({
      name,
      value,
      domain: host,
      path,
      secure: isSecure,
      httpOnly: true,
      sameSite: 'Lax' as const,
    })),
  )
}

/** A click on a link of the app's own page. */
async function clickStart(page: Page, { appUrl }: World, returnTo: string): Promise<void> {
  const query = new URLSearchParams({ return_to: returnTo })
  await page.goto(`${appUrl}/integrations/connect/acme?${query}`)
  await page.getByRole('link', { name: /continue/i }).click()
}
