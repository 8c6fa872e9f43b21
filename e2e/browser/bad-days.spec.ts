import type { Page } from 'playwright/test'
import { expect, test } from '../browser-world.ts'
import { key } from '../settings.ts'
import type { Rule } from '../stand-in/scripted/rules.ts'
import type { World } from '../world.ts'

/*
 * Each bad day ends on a page with a sentence and a way on, nothing is half-done, and as soon as the
 * day is better the same click works.
 */

test.beforeEach(({ logInAs }) => logInAs('Alice'))

const acmeDays: { day: string; rule: Rule; says: string }[] = [
  { day: 'hangs up', rule: { endpoint: 'token', template: 'drop' }, says: 'does not answer' },
  { day: 'is slow', rule: { endpoint: 'token', template: 'stall' }, says: 'does not answer' },
  { day: 'stops midway', rule: { endpoint: 'token', template: 'stall_body' }, says: 'Acme' },
  { day: 'has an outage', rule: { endpoint: 'token', status: 503, body: 'no' }, says: 'Acme' },
  { day: 'answers a web page', rule: { endpoint: 'token', template: 'html' }, says: 'Acme' },
  { day: 'answers nothing', rule: { endpoint: 'token', template: 'empty' }, says: 'Acme' },
  {
    day: 'does not know us',
    rule: { endpoint: 'token', status: 401, body: '{"error":"invalid_client"}' },
    says: 'does not accept how this app is set up',
  },
  {
    day: 'forgets the token',
    rule: { endpoint: 'token', omit: ['access_token'], process: true },
    says: 'did not hand over what we need',
  },
  {
    day: 'cannot say whose account it is',
    rule: { endpoint: 'userinfo', status: 500, body: '<h1>Oops</h1>' },
    says: 'Acme',
  },
  {
    day: 'says it has an error',
    rule: { endpoint: 'authorize', merge: { error: 'server_error' }, omit: ['code'] },
    says: 'Acme',
  },
]

for (const { day, rule, says } of acmeDays)
  test(`the third party ${day}`, async ({ page, world }) => {
    world.providers.acme.ctl(rule)
    await page.goto('/integrations')
    await page.getByRole('link', { name: 'Connect Acme' }).click()
    await expectFailure(page, 'Acme was not connected', says)
    expect(await world.rows.all('grants')).toEqual([])
    expect(await world.rows.all('pending_revocations')).toEqual([])
    world.providers.acme.reset()
    await page.getByRole('link', { name: 'Try again Acme' }).click()
    await expectConnected(page, 'Acme')
  })

test('what was received and cannot be kept is given back', async ({ page, world }) => {
  const { acme } = world.providers
  const earlier = acme.families.length
  acme.ctl({ endpoint: 'userinfo', status: 500, body: '' })
  await page.goto('/integrations')
  await page.getByRole('link', { name: 'Connect Acme' }).click()
  await expectFailure(page, 'Acme was not connected', 'Acme')
  await expect
    .poll(() => acme.families.slice(earlier).map(({ isEnded }) => isEnded))
    .toEqual([true])
})

test('the third party cannot be reached at all', async ({ page, world }) => {
  await page.goto('/integrations')
  world.providers.acme.ctl({ endpoint: 'authorize', template: 'drop' })
  const failed = page.waitForEvent('requestfailed', (request) => request.isNavigationRequest())
  await page.getByRole('link', { name: 'Connect Acme' }).click({ noWaitAfter: true })
  await failed
  world.providers.acme.reset()
  await page.goto('/integrations')
  const row = page.getByRole('article', { name: 'Acme' })
  await expect(row).toContainText('start over; nothing is lost')
  await row.getByRole('link', { name: 'Start over Acme' }).click()
  await expectConnected(page, 'Acme')
})

test('the metadata of the third party cannot be had', async ({ page, world }) => {
  world.providers.openid.ctl({ endpoint: 'metadata', template: 'drop' })
  await page.goto('/integrations')
  await page.getByRole('link', { name: 'Connect Openid' }).click()
  await expectFailure(page, 'Openid was not connected', 'does not answer')
  world.providers.openid.reset()
  await expect(async () => {
    await page.getByRole('link', { name: /^(Try again|Connect) Openid/ }).click()
    await expectConnected(page, 'Openid')
  }).toPass()
})

test('many attempts that are left lying do not fill the browser', async ({
  page,
  context,
  world,
}) => {
  world.providers.acme.ctl({ endpoint: 'authorize', template: 'html' })
  for (let attempt = 0; attempt < 8; attempt += 1) {
    await page.goto('/integrations')
    await page.getByRole('link', { name: /^(Connect|Start over) Acme/ }).click()
    await expect(page.getByText('Something broke')).toBeVisible()
  }
  const cookies = (await context.cookies()).filter(({ name }) => name.startsWith('oauth_tx_'))
  const bytes = cookies.reduce((sum, { name, value }) => sum + name.length + value.length, 0)
  expect(cookies.length).toBeLessThanOrEqual(5)
  expect(bytes).toBeLessThanOrEqual(4096)
  world.providers.acme.reset()
  await page.goto('/integrations')
  await page.getByRole('link', { name: 'Start over Acme' }).click()
  await expectConnected(page, 'Acme')
})

test('a browser full of cookies of others still connects', async ({ page, context, world }) => {
  const others = Array.from({ length: 10 }, (_, index) => ({
    name: `other_${index}`,
    value: 'x'.repeat(900),
    url: world.appUrl,
  }))
  await context.addCookies(others)
  await page.goto('/integrations')
  await page.getByRole('link', { name: 'Connect Acme' }).click()
  await expectConnected(page, 'Acme')
})

test('a browser that dropped the cookie of the attempt is told so', async ({
  page,
  context,
  world,
}) => {
  world.providers.acme.ctl({
    endpoint: 'authorize',
    during: () => context.clearCookies({ name: /^oauth_tx_/ }),
  })
  await page.goto('/integrations')
  await page.getByRole('link', { name: 'Connect Acme' }).click()
  await expectFailure(page, 'Acme was not connected', 'stay in this browser')
  expect(world.providers.acme.calls('/token')).toEqual([])
  world.providers.acme.reset()
  await page.getByRole('link', { name: 'Try again Acme' }).click()
  await expectConnected(page, 'Acme')
})

test('the key of the vault is missing', async ({ page, world }) => {
  await connect(page)
  const { VAULT_KEYS = '' } = world.env
  await world.restart({ VAULT_KEYS: key(2) })
  try {
    await page.goto('/integrations')
    await expect(page.getByRole('article', { name: /^Acme/ })).toContainText('Connected')
    await page.getByRole('link', { name: 'Connect Plain' }).click()
    await expectFailure(page, 'Plain was not connected', 'We could not write down the result')
    expect(world.providers.plain.log()).toEqual([])
  } finally {
    await world.restart({ VAULT_KEYS })
  }
  await page.getByRole('link', { name: 'Try again Plain' }).click()
  await expectConnected(page, 'Plain')
  expect(await world.rows.all('grants')).toHaveLength(2)
})

test('the database is locked when the third party answers', async ({ page, world }) => {
  await whileLocked(world, 'authorize', async () => {
    await page.goto('/integrations')
    await page.getByRole('link', { name: 'Connect Acme' }).click()
    await expectFailure(page, 'Acme was not connected', 'We could not write down the result')
  })
  expect(world.providers.acme.calls('/token'), 'the code was not redeemed').toEqual([])
  await page.getByRole('link', { name: 'Try again Acme' }).click()
  await expectConnected(page, 'Acme')
})

test('the database is locked when the tokens are there', async ({ page, world }) => {
  const { acme } = world.providers
  const earlier = acme.families.length
  await whileLocked(world, 'token', async () => {
    await page.goto('/integrations')
    await page.getByRole('link', { name: 'Connect Acme' }).click()
    await expectFailure(page, 'Acme was not connected', 'We could not write down the result')
  })
  expect(await world.rows.all('grants')).toEqual([])
  await expect
    .poll(() => acme.families.slice(earlier).map(({ isEnded }) => isEnded))
    .toEqual([true])
  await page.getByRole('link', { name: 'Try again Acme' }).click()
  await expectConnected(page, 'Acme')
})

test('the database is locked at a disconnect', async ({ page, world }) => {
  await connect(page)
  await page.goto('/integrations/acme')
  await world.rows.execute('begin immediate')
  try {
    await disconnect(page)
    await expectFailure(page, 'Acme is still connected', 'still in our records')
  } finally {
    await world.rows.execute('rollback')
  }
  await disconnect(page)
  await expect(page.getByRole('status')).toContainText('revoked at Acme')
})

test('the third party is down at a disconnect', async ({ page, world }) => {
  await connect(page)
  world.providers.acme.ctl({ endpoint: 'revoke', template: 'drop' })
  await page.goto('/integrations/acme')
  await disconnect(page)
  await expect(page.getByRole('status')).toContainText('did not confirm that it revoked it')
  await expect(page.getByRole('link', { name: 'Remove access at Acme' })).toBeVisible()
  const [grant] = await world.rows.all('grants')
  expect(grant).toMatchObject({ status: 'disconnected', refresh_token: null, access_token: null })
  expect(await world.rows.all('pending_revocations')).toHaveLength(1)
})

test('the records cannot be read', async ({ page, world }) => {
  await world.rows.execute('alter table grants rename to grants_away')
  try {
    await page.goto('/integrations')
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(
      'This page cannot be shown right now',
    )
  } finally {
    await world.rows.execute('alter table grants_away rename to grants')
  }
  await page.getByRole('link', { name: 'Try again' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Integrations')
})

async function connect(page: Page): Promise<void> {
  await page.goto('/integrations')
  await page.getByRole('link', { name: 'Connect Acme' }).click()
  await expectConnected(page, 'Acme')
}

async function disconnect(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Disconnect/ }).click()
  await page
    .getByRole('alertdialog')
    .getByRole('button', { name: /^Disconnect/ })
    .click()
}

/** Another process holds the write lock from the next request to the endpoint on. */
async function whileLocked(
  { rows, providers: { acme } }: World,
  endpoint: 'authorize' | 'token',
  walk: () => Promise<void>,
): Promise<void> {
  let isLocked = false
  const during = async () => {
    await rows.execute('begin immediate')
    isLocked = true
  }
  acme.ctl({ endpoint, nth: 1, during })
  try {
    await walk()
  } finally {
    if (isLocked) await rows.execute('rollback')
    acme.reset()
  }
  expect(isLocked).toBe(true)
}

async function expectConnected(page: Page, name: string): Promise<void> {
  const heading = page.getByRole('status').getByRole('heading')
  await expect(heading).toHaveText(`${name} connected`, { timeout: 20_000 })
}

/** A headline, a sentence in our own words, and the code for support. */
async function expectFailure(page: Page, headline: string, sentence: string): Promise<void> {
  const status = page.getByRole('status')
  await expect(status.getByRole('heading')).toHaveText(headline, { timeout: 20_000 })
  await expect(status).toContainText(sentence)
  await expect(status).toContainText(/Code for support: [a-z_]+/)
  await expect(page.getByRole('main').getByRole('link').first()).toBeVisible()
}
