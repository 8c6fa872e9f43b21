import { connect, disconnect, enter, expectConnected, expectFailure } from '../bad-days.ts'
import { expect, test } from '../browser-world.ts'
import type { Rule } from '../stand-in/scripted/rules.ts'

/*
 * The third party has a bad day. Each ends on a page with a sentence and a way on, nothing is
 * half-done, and as soon as the day is better the same click works.
 */

test.beforeEach(({ page }) => enter(page))

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
  await page.getByRole('link', { name: 'Connect Acme' }).click({ noWaitAfter: true })
  await expect.poll(() => page.url()).toMatch(/^chrome-error:/)
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
