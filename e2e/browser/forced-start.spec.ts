import type { Page } from 'playwright/test'
import { expect, test, transactionCookies } from '../browser-world.ts'
import type { World } from '../world.ts'

const path = '/api/integrations/acme/start?return_to=%2Fintegrations'

type Trick = {
  name: string
  /** What the attacker's page holds, to lead to `start`. */
  page: (start: string) => string
  /** What the victim does there; by default nothing. */
  act?: (page: Page) => Promise<unknown>
}

const press = (page: Page) => page.getByRole('button').click()

const tricks: Trick[] = [
  { name: 'location=', page: (start) => `<script>location = ${JSON.stringify(start)}</script>` },
  {
    name: 'a click on a link',
    page: (start) => `<a href="${start}">Win a prize</a>`,
    act: (page) => page.getByRole('link').click(),
  },
  {
    name: 'a click on a link without referrer',
    page: (start) => `<a href="${start}" rel="noreferrer">Win a prize</a>`,
    act: (page) => page.getByRole('link').click(),
  },
  {
    name: 'a form by GET',
    page: (start) =>
      `<form action="${start}"><input type="hidden" name="return_to" value="/integrations"><button>Go</button></form>`,
    act: press,
  },
  {
    name: 'meta refresh',
    page: (start) => `<meta http-equiv="refresh" content="0;url=${start}">`,
  },
]

for (const { name, page: html, act } of tricks)
  test(`SA-02 another site’s page that leads to start by ${name} meets the confirm page`, async ({
    page,
    world,
    logInAs,
  }) => {
    await logInAs('Alice')
    world.attacker.show(html(world.appUrl + path))
    await page.goto(world.attacker.url)
    await act?.(page)
    await expectAsked(page, world)
  })

test('SA-02 another site’s page that opens start in a window meets the confirm page', async ({
  page,
  world,
  logInAs,
}) => {
  await logInAs('Alice')
  const start = JSON.stringify(world.appUrl + path)
  world.attacker.show(`<button onclick='window.open(${start})'>Go</button>`)
  await page.goto(world.attacker.url)
  const opened = page.waitForEvent('popup')
  await press(page)
  await expectAsked(await opened, world)
})

for (const from of ['a page of the attacker', 'a typed address', 'a page of the app'] as const)
  test(`SA-02 redirects from ${from} over another site to start meet the confirm page`, async ({
    page,
    world,
    logInAs,
  }) => {
    await logInAs('Alice')
    const { evil } = world.providers
    evil.ctl({ endpoint: 'userinfo', redirect_to: world.appUrl + path })
    const hop = `${evil.url}/userinfo`
    world.attacker.show(`<a href="${hop}">Go</a>`)
    if (from === 'a typed address') await page.goto(hop)
    else {
      await page.goto(from === 'a page of the app' ? '/integrations' : world.attacker.url)
      if (from === 'a page of the app')
        await page.evaluate((target) => window.location.assign(target), hop)
      else await page.getByRole('link').click()
    }
    await expectAsked(page, world)
    expect(evil.calls('/userinfo')).toHaveLength(1)
  })

test('SA-02 a click on a page of the app goes on at once', async ({ page, world, logInAs }) => {
  await logInAs('Alice')
  await page.goto('/integrations')
  await page.getByRole('link', { name: /^Connect\b.*\bAcme/ }).click()
  await page.waitForURL(/status=connected/)
  expect(world.providers.acme.calls('/authorize')).toHaveLength(1)
  expect(await world.rows.all('grants')).toHaveLength(1)
})

const subresources: [string, (start: string) => string][] = [
  ['an image', (start) => `<img alt="" src="${start}">`],
  ['a frame', (start) => `<iframe src="${start}"></iframe>`],
  ['a stylesheet', (start) => `<link rel="stylesheet" href="${start}">`],
  [
    'fetch',
    (start) =>
      `<script>fetch(${JSON.stringify(start)}, { mode: 'no-cors', credentials: 'include' })</script>`,
  ],
]

for (const [name, html] of subresources)
  test(`SA-03 start as ${name} of another site’s page begins nothing`, async ({
    page,
    world,
    logInAs,
  }) => {
    await logInAs('Alice')
    world.attacker.show(html(world.appUrl + path))
    const answered = page.waitForResponse((response) => response.url() === world.appUrl + path)
    await page.goto(world.attacker.url)
    const response = await answered
    const headers = await response.allHeaders()
    expect([302, 303]).toContain(response.status())
    expect(new URL(headers.location ?? '').origin).toBe(world.appUrl)
    expect(headers['set-cookie'] ?? '').not.toContain('oauth_tx_')
    expect(await transactionCookies(page.context())).toEqual([])
    expect(world.providers.acme.log()).toEqual([])
  })

/** The app asks first, and has begun nothing. */
async function expectAsked(page: Page, world: World): Promise<void> {
  await page.waitForURL(`${world.appUrl}/integrations/connect/acme?**`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Connect Acme?')
  await expect(page.getByRole('main')).toContainText('alice@example.com')
  await expect(page.getByRole('main')).toContainText(new URL(world.appUrl).host)
  expect(await transactionCookies(page.context())).toEqual([])
  expect(world.providers.acme.log()).toEqual([])
}
