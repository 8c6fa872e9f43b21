import { expect, test } from './fixtures.ts'

test('the deployment is alive, and ready: its database is migrated, its keys are the right ones', async ({
  page,
}) => {
  for (const [path, status] of [
    ['/api/health', 'alive'],
    ['/api/ready', 'ready'],
  ] as const) {
    const answer = await page.request.get(path)
    expect([answer.status(), await answer.json()]).toEqual([200, { status }])
  }
})

test('a page asks for a login, at an issuer that knows this host', async ({ page, baseURL }) => {
  const answer = await page.goto('/integrations')
  expect(new URL(page.url()).origin).not.toBe(baseURL)
  expect(answer?.status(), `the issuer at ${page.url()}`).toBe(200)
})

test('a page that needs no login comes with a policy for what it may load', async ({ page }) => {
  const answer = await page.goto('/unavailable')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  expect(answer?.headers()['content-security-policy']).toMatch(/script-src 'nonce-/)
})

for (const [path, code] of [
  ['start', 'unknown_provider'],
  ['callback?code=x&state=y', 'unknown_provider'],
  ['relay?code=x&state=y', 'invalid_state'],
] as const)
  test(`${path} of a provider that is not there leads to a page of this host, with ${code}`, async ({
    page,
    baseURL,
  }) => {
    const url = `/api/integrations/there-is-no-such-provider/${path}`
    const answer = await page.request.get(url, { maxRedirects: 0 })
    const { location, 'cache-control': kept, 'referrer-policy': referrer } = answer.headers()
    expect(answer.status()).toBe(303)
    expect(location).toBe(`${baseURL}/integrations?status=error&error=${code}#`)
    expect([kept, referrer]).toEqual([expect.stringContaining('no-store'), 'no-referrer'])
    expect(answer.headers()['set-cookie'] ?? '').not.toContain('oauth_tx_')
  })

test('nobody gets a token without a proof of who asks', async ({ page }) => {
  const answer = await page.request.post('/api/integrations/there-is-no-such-provider/token', {
    data: { user: 'auth0|nobody' },
  })
  expect(answer.status()).toBe(401)
  expect(answer.headers()['content-type']).toContain('application/problem+json')
})
