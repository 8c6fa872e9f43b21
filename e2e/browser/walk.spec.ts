import { expect, test } from '../browser-fixtures.ts'
import {
  appsAtAcme,
  connectAcme,
  connectPlain,
  decideAtAcme,
  disconnectHere,
  expectOutcome,
  leaveForAcme,
} from '../steps.ts'

test('connect, see the account, look at it, disconnect, and see that it is revoked', async ({
  page,
  demo,
}) => {
  const before = await appsAtAcme(page, demo, 'Grace Hopper')
  await leaveForAcme(page)
  expect(new URL(page.url()).hostname, 'consent is asked for on another site').toBe('127.0.0.1')
  await decideAtAcme(page, 'Grace Hopper')
  await expectOutcome(page, 'Acme Music connected')
  const row = page.getByRole('article', { name: /Acme Music/ })
  await expect(row).toContainText('Grace Hopper')
  await expect(row).toContainText('Connected just now')
  expect(await appsAtAcme(page, demo, 'Grace Hopper')).toBe(before + 1)

  await page.reload()
  await expect(row).toContainText('Grace Hopper')

  await row.getByRole('link', { name: 'Manage Acme Music (Grace Hopper)' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Acme Music')
  await expect(page.getByText('See your playlists')).toBeVisible()
  await expect(page.getByText('You connected Acme Music (Grace Hopper)')).toBeVisible()

  await disconnectHere(page)
  await expectOutcome(page, 'Acme Music disconnected')
  await expect(page.getByRole('status')).toContainText('revoked at Acme Music')
  await expect(page.getByText('You disconnected Acme Music (Grace Hopper)')).toBeVisible()
  expect(await appsAtAcme(page, demo, 'Grace Hopper')).toBe(before)

  await page.goto('/integrations')
  await expect(page.getByRole('link', { name: 'Connect Acme Music' })).toBeVisible()
})

test('a second account stands beside the first', async ({ page, demo }) => {
  await connectAcme(page, 'Ada Lovelace')
  await page.goto('/integrations/acme')
  await page.getByRole('link', { name: 'Connect another account' }).click()
  await decideAtAcme(page, 'Grace Hopper')
  await expectOutcome(page, 'Acme Music connected')
  await page.goto('/integrations')
  for (const name of ['Ada Lovelace', 'Grace Hopper'])
    await expect(page.getByRole('article', { name: `Acme Music ${name}` })).toBeVisible()
  const grants = await demo.rows.all('grants')
  expect(grants.map(({ status }) => status)).toEqual(['active', 'active'])
})

test('a reconnect keeps the id of the grant', async ({ page, demo }) => {
  await connectAcme(page)
  const [before] = await demo.rows.all('grants')
  await page.goto('/integrations/acme')
  await page.getByRole('link', { name: 'Reconnect Acme Music (Ada Lovelace)' }).click()
  await decideAtAcme(page)
  await expectOutcome(page, 'Acme Music connected')
  await expect(page.getByText(String(before?.id))).toBeVisible()
  const after = await demo.rows.all('grants')
  expect(after.map(({ id }) => id)).toEqual([before?.id])
})

test('a reconnect with another account is told, and changes nothing', async ({ page, demo }) => {
  await connectAcme(page)
  const before = await demo.rows.all('grants')
  await page.goto('/integrations/acme')
  await page.getByRole('link', { name: 'Reconnect Acme Music (Ada Lovelace)' }).click()
  await decideAtAcme(page, 'Grace Hopper')
  await expect(page.getByRole('status')).toContainText('You chose another account at Acme Music')
  expect(await demo.rows.all('grants')).toEqual(before)
})

test('where the third party cannot revoke, the person is told and led there', async ({
  page,
  demo,
}) => {
  await connectPlain(page)
  await page.getByRole('link', { name: 'Manage Plain Notes (Sam Field)' }).click()
  await disconnectHere(page)
  await expectOutcome(page, 'Plain Notes disconnected')
  await expect(page.getByRole('status')).toContainText('could not be revoked at Plain Notes by us')
  const [grant] = await demo.rows.all('grants')
  expect(grant).toMatchObject({ status: 'disconnected', revocation: 'unsupported' })
  await page.getByRole('link', { name: 'Remove access at Plain Notes' }).click()
  await page.getByRole('button', { name: 'Remove Grantkeeper from Sam Field' }).click()
  await expect(page.getByText('Sam Field: no app has access.')).toBeVisible()
})

test('who says no at the third party is not connected, and nothing is lost', async ({
  page,
  demo,
}) => {
  await leaveForAcme(page)
  await decideAtAcme(page, 'Ada Lovelace', 'Deny')
  await expect(page.getByRole('status')).toContainText('You cancelled at Acme Music')
  await expect(page.getByRole('link', { name: 'Try again Acme Music' })).toBeVisible()
  expect(await demo.rows.all('grants')).toEqual([])
})

test('a link from elsewhere is asked about, and can be declined', async ({ page, demo }) => {
  await page.setContent(
    `<a href="${demo.appUrl}/api/integrations/acme/start?return_to=/activity">Connect</a>`,
  )
  await page.getByRole('link').click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Connect Acme Music?')
  await expect(page.getByRole('main')).toContainText('alice@example.com')
  await page.getByRole('link', { name: 'Continue to Acme Music' }).click()
  await decideAtAcme(page)
  await page.waitForURL(/\/activity\?/)
  await expect(page.getByText('You connected Acme Music (Ada Lovelace)')).toBeVisible()

  await page.goto('/integrations/connect/acme?return_to=/integrations')
  await page.getByRole('link', { name: 'Cancel' }).click()
  await expectOutcome(page, 'Acme Music was not connected')
})
