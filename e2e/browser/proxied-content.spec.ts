import type { Page } from 'playwright/test'
import { expect, test } from '../browser-world.ts'
import { ownPage } from '../proxied.ts'
import type { World } from '../world.ts'

const path = '/api/integrations/acme/proxy/page'
const script = "document.title = 'ran'; globalThis.ran = document.cookie + document.domain"

/** What an API that wants to run in our origin might answer with. */
const active: [name: string, type: string | undefined, body: string][] = [
  ['HTML', 'text/html', `<!doctype html><script>${script}</script>`],
  ['XHTML', 'application/xhtml+xml', xhtml()],
  [
    'SVG',
    'image/svg+xml',
    `<svg xmlns="http://www.w3.org/2000/svg"><script>${script}</script></svg>`,
  ],
  ['HTML that says it is JSON', 'application/json', `<!doctype html><script>${script}</script>`],
  ['HTML without a type', undefined, `<!doctype html><script>${script}</script>`],
  ['JavaScript', 'text/javascript', script],
]

test.beforeEach(async ({ page, logInAs }) => {
  await logInAs('Alice')
  await page.getByRole('link', { name: /^Connect\b.*\bAcme/ }).click()
  await page.waitForURL(/status=connected/)
})

for (const [name, type, body] of active)
  test(`PX-08 ${name} from an API does not run in the app’s origin`, async ({ page, world }) => {
    answerWith(world, { type, body })
    await assertServed(page)
    // A navigation as if it had all that a page of the app sends: what is beyond the guard must hold, too.
    const downloads: string[] = []
    page.on('download', (download) => downloads.push(download.url()))
    await page.route(`**${path}`, async (route) => {
      const headers = { ...route.request().headers(), ...ownPage }
      await route.fulfill({ response: await route.fetch({ headers }) })
    })
    await page
      .goto(path)
      .catch((error: Error) => expect(error.message).toMatch(/download|aborted/i))
    if (type !== 'application/json') await expect.poll(() => downloads.length).toBe(1)
    expect(await page.title()).not.toBe('ran')
    expect(await page.evaluate(() => 'ran' in globalThis)).toBe(false)
    for (const embed of [
      `<iframe src="${path}"></iframe>`,
      `<object data="${path}"></object>`,
      `<embed src="${path}">`,
      `<script src="${path}"></script>`,
    ]) {
      await page.route('**/embedding', (route) =>
        route.fulfill({ contentType: 'text/html', body: `<!doctype html>${embed}` }),
      )
      await page.goto('/embedding', { waitUntil: 'load' })
      expect(await page.title(), embed).not.toBe('ran')
      const frames = await Promise.all(page.frames().map((frame) => frame.title().catch(() => '')))
      expect(frames, embed).not.toContain('ran')
      if (!embed.startsWith('<script') || type !== 'text/javascript')
        expect(await page.evaluate(() => 'ran' in globalThis), embed).toBe(false)
    }
  })

test('PX-08 nobody but a page of the app gets to see an answer at all', async ({ page, world }) => {
  answerWith(world, { type: 'text/javascript', body: script })
  await page.goto(path)
  expect(await page.locator('body').textContent()).toContain('"code":"forbidden"')
  world.attacker.show(`<!doctype html><script src="${world.appUrl}${path}"></script>
    <iframe src="${world.appUrl}${path}"></iframe><img alt="" src="${world.appUrl}${path}">`)
  await page.goto(world.attacker.url, { waitUntil: 'load' })
  expect(await page.evaluate(() => 'ran' in globalThis)).toBe(false)
  expect(world.providers.acme.calls('/v1/page')).toEqual([])
})

function answerWith(
  { providers }: World,
  { type, body }: { type: string | undefined; body: string },
): void {
  const headers = { 'content-type': type ?? [] }
  providers.acme.ctl({ endpoint: 'api', body, headers })
}

/** The call itself works: a page of the app reads the answer as text. */
async function assertServed(page: Page): Promise<void> {
  const status = await page.evaluate(async (url) => {
    const response = await fetch(url, { headers: { 'x-grantkeeper': '1' } })
    return response.status
  }, path)
  expect(status).toBe(200)
}

function xhtml(): string {
  return `<html xmlns="http://www.w3.org/1999/xhtml"><script>${script}</script></html>`
}
