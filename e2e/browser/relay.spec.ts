import { expect, test } from 'playwright/test'
import { logIn } from '../browser-fixtures.ts'
import { startRelayedWorld } from '../relayed-world.ts'
import { skipUnless } from '../skip-unless.ts'

test('RL-04 in a browser a preview connects through the stable deployment, which leaves no trace in it', async ({
  browser,
}) => {
  skipUnless(
    { login: 'auth0' },
    'the preview here is called by two names; next-auth knows one, but on Vercel',
  )
  test.setTimeout(240_000)
  const relayed = await startRelayedWorld()
  const { stable, preview } = relayed
  const context = await browser.newContext({ baseURL: preview.appUrl, ignoreHTTPSErrors: true })
  const visited: string[] = []
  context.on('request', (request) => {
    if (request.isNavigationRequest()) visited.push(pageOf(request.url()))
  })
  try {
    const page = await context.newPage()
    await logIn(page, 'Alice')
    await page.goto('/integrations')
    await page.getByRole('link', { name: /^Connect\b.*\bAcme/ }).click()
    await page.waitForURL(/status=connected/)
    await expect(page.getByRole('status').getByRole('heading')).toHaveText(/connected$/)
    expect(visited.slice(-5)).toEqual([
      `${preview.appUrl}/api/integrations/acme/start`,
      `${preview.providers.acme.url}/authorize`,
      `${stable.appUrl}/api/integrations/acme/relay`,
      `${preview.appUrl}/api/integrations/acme/callback`,
      `${preview.appUrl}/integrations`,
    ])
    expect(await context.cookies(stable.appUrl)).toEqual([])
    expect(new URL(page.url()).hash).toBe('')
    expect(await preview.rows.all('grants')).toHaveLength(1)
    expect(await stable.rows.all('grants')).toEqual([])
  } finally {
    await context.close()
    await relayed.stop()
  }
})

function pageOf(url: string): string {
  const { origin, pathname } = new URL(url)
  return origin + pathname
}
