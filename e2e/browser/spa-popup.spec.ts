import type { Page } from 'playwright/test'
import { expect, test } from '../spa-fixtures.ts'
import { openPopup } from '../spa-steps.ts'
import { decideAtAcme } from '../steps.ts'

/*
 * Start sends `Cross-Origin-Opener-Policy: same-origin`, so in every one of these the tie between the two
 * windows is cut on the way; Setlist's own pages send it too.
 */

for (const which of ['tracklist', 'setlist'] as const)
  test(`a window of its own connects ${which}, and the page behind it knows`, async ({
    page,
    spaWorld,
    logInAt,
  }) => {
    await logInAt(spaWorld[which])
    const popup = await openPopup(page)
    await finish(popup)
    await expect(page.getByRole('status')).toHaveText('Connected to Acme Music as Ada Lovelace.')
    await expect(page.getByRole('article', { name: 'Acme Music' })).toContainText(
      'Morning analytics',
    )
    expect(page.url()).toBe(`${spaWorld[which].url}/`)
    expect(await spaWorld.demo.rows.all('grants')).toHaveLength(1)
  })

test('LK-06 no message between the windows holds a handle, a code or a token', async ({
  page,
  context,
  spaWorld: { tracklist },
  logInAt,
}) => {
  await logInAt(tracklist)
  const messages: string[] = []
  await context.exposeFunction('overheard', (message: string) => messages.push(message))
  await context.addInitScript(overhear)
  await page.reload()
  const popup = await openPopup(page)
  expect(await popup.evaluate(() => window.opener), 'the third party has no opener').toBeNull()
  await finish(popup)
  await expect(page.getByRole('status')).toContainText('Connected to Acme Music')
  expect(messages).toHaveLength(1)
  expect(messages[0]).toMatch(/^BroadcastChannel [0-9a-f-]{36} \{"grant":"[0-9a-f-]{36}"\}$/)
})

test('a refused consent in a window is told by the page behind it', async ({
  page,
  spaWorld: { setlist },
  logInAt,
}) => {
  await logInAt(setlist)
  const popup = await openPopup(page)
  await decideAtAcme(popup, 'Ada Lovelace', 'Deny')
  await expect(page.getByRole('status')).toHaveText(
    'You cancelled at Acme Music, and nothing was changed.',
  )
  await expect(page.getByRole('button', { name: 'Connect Acme Music' })).toBeEnabled()
})

test('a window that is closed half-way ends in a sentence, once its user is back', async ({
  page,
  spaWorld: { tracklist },
  logInAt,
}) => {
  await logInAt(tracklist)
  const popup = await openPopup(page)
  await popup.close()
  await comeBack(page)
  await expect(page.getByRole('status')).toHaveText(
    'The window is closed, or behind this one. Finish there, or start again.',
  )
  await expect(page.getByRole('button', { name: 'Connect Acme Music' })).toBeEnabled()
})

test('a window that was only behind this one still connects, and is seen to', async ({
  page,
  spaWorld: { tracklist },
  logInAt,
}) => {
  await logInAt(tracklist)
  const popup = await openPopup(page)
  await comeBack(page)
  await expect(page.getByRole('status')).toContainText('Finish there')
  await finish(popup)
  await expect(page.getByRole('article', { name: 'Acme Music' })).toContainText(
    'Connected as Ada Lovelace',
  )
})

test('a browser that blocks windows leads there in the same tab', async ({
  page,
  spaWorld: { tracklist },
  logInAt,
}) => {
  await page.addInitScript(() => {
    window.open = () => null
  })
  await logInAt(tracklist)
  await page.getByLabel('Connect in a window of its own').check()
  await page.getByRole('button', { name: 'Connect Acme Music' }).click()
  await decideAtAcme(page)
  await expect(page.getByRole('status')).toHaveText('Connected to Acme Music as Ada Lovelace.')
  await expect(page.getByRole('link', { name: 'Back to your services' })).toBeVisible()
})

/** Allows it at Acme; then the window either closes itself, or says that it can be closed. */
async function finish(popup: Page): Promise<void> {
  await decideAtAcme(popup)
  const stays = popup.getByText('You can close this window.').waitFor()
  await Promise.race([popup.waitForEvent('close'), stays.catch(() => {})])
}

/** As a browser tells it; Playwright's pages all believe that they have the focus. */
async function comeBack(page: Page): Promise<void> {
  await page.bringToFront()
  await page.evaluate(() => window.dispatchEvent(new Event('focus')))
}

/** Everything that any window of the context says to another. */
function overhear(): void {
  const { overheard } = window as unknown as { overheard: (message: string) => void }
  const say = BroadcastChannel.prototype.postMessage
  BroadcastChannel.prototype.postMessage = function (message) {
    overheard(`BroadcastChannel ${this.name} ${JSON.stringify(message)}`)
    say.call(this, message)
  }
  const post = window.postMessage
  window.postMessage = (message: unknown, ...rest: unknown[]) => {
    overheard(`postMessage ${JSON.stringify([message, ...rest])}`)
    return (post as (...all: unknown[]) => void).call(window, message, ...rest)
  }
}
