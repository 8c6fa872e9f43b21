import {
  connect,
  disconnect,
  enter,
  expectConnected,
  expectFailure,
  whileLocked,
} from '../bad-days.ts'
import { expect, test } from '../browser-world.ts'
import { lockTables } from '../refused-writes.ts'
import { key } from '../settings.ts'

// The browser or our own server has a bad day: as in bad-days.spec.ts.

test.beforeEach(({ page }) => enter(page))

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
  const cookies = (await context.cookies()).filter(({ name }) => name.includes('oauth_tx_'))
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
    during: () => context.clearCookies({ name: /^(__Host-)?oauth_tx_/ }),
  })
  await page.goto('/integrations')
  await page.getByRole('link', { name: 'Connect Acme' }).click()
  await expectFailure(page, 'This answer from Acme was not used', 'stay in this browser')
  expect(world.providers.acme.calls('/token')).toEqual([])
  world.providers.acme.reset()
  await page.getByRole('link', { name: 'Connect Acme' }).click()
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
  const unlock = await lockTables(world)
  try {
    await disconnect(page)
    await expectFailure(page, 'Acme is still connected', 'still in our records')
  } finally {
    await unlock()
  }
  await disconnect(page)
  await expect(page.getByRole('status')).toContainText('revoked at Acme')
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
