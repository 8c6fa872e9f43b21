import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createGrantkeeper, type Grantkeeper, type Outcome } from './index.ts'
import { grant, listOf } from './testing/acme.ts'
import { memoryStorage, newPopup, openPage, type Page } from './testing/page.ts'
import { problem, type Server, startServer } from './testing/server.ts'

const origin = 'https://spa.example'
const startUrl = 'https://api.example/api/integrations/acme/start?ticket=t'
const handle = 'handle-that-nobody-may-hear'

let server: Server
let page: Page
let popup: ReturnType<typeof newPopup>

beforeEach(async () => {
  server = await startServer()
  server.answers['GET /api/integrations'] = listOf(grant('g0'))
  server.answers['POST /api/integrations/acme/tickets'] = {
    status: 201,
    body: { start_url: startUrl, expires_in: 60 },
  }
  server.answers['POST /api/integrations/acme/complete'] = {
    body: {
      integration: 'acme',
      status: 'connected',
      grant: 'g1',
      account: { id: '1', label: 'Ada Lovelace' },
    },
  }
  page = openPage(`${origin}/settings`)
  popup = newPopup()
  page.popup = popup
})
afterEach(async () => {
  vi.unstubAllGlobals()
  await server.close()
})

test('the window is opened in the click itself, and led on when the ticket is there', async () => {
  const outcome = newClient().connect('acme', { popup: true })
  expect(page.opened).toBe(1)
  expect(popup.url()).toBeUndefined()
  await vi.waitFor(() => expect(popup.url()).toBe(startUrl))
  expect(page.left()).toBeUndefined()
  await inPopup('status=pending', `handle=${handle}`)
  await outcome
})

test('LK-06 the popup redeems by itself, and tells its opener nothing but which grant', async () => {
  const messages = await overheard(async () => {
    const outcome = newClient().connect('acme', { popup: true })
    await vi.waitFor(() => expect(popup.url()).toBe(startUrl))
    server.answers['GET /api/integrations'] = listOf(grant('g0'), grant('g1'))
    await expect(inPopup('status=pending', `handle=${handle}`)).resolves.toMatchObject({
      status: 'connected',
      isPopup: true,
    })
    expect(await outcome).toMatchObject({
      status: 'connected',
      grant: 'g1',
      account: { label: 'Ada Lovelace' },
      isPopup: false,
    })
  })
  expect(messages).toEqual([{ grant: 'g1' }])
  expect(page.closed).toBe(true)
})

test('a refusal in the popup is the outcome here too', async () => {
  const outcome = newClient().connect('acme', { popup: true })
  await vi.waitFor(() => expect(popup.url()).toBe(startUrl))
  await inPopup('status=error&error=access_denied')
  expect(await outcome).toMatchObject({ status: 'error', code: 'access_denied' })
})

test('where popups are blocked, this page leaves', async () => {
  page.popup = null
  void newClient().connect('acme', { popup: true })
  await vi.waitFor(() => expect(page.left()).toBe(startUrl))
  page = openPage(`${origin}/connected?integration=acme&status=pending#handle=h`, page.storage)
  expect(await newClient().complete()).toMatchObject({ status: 'connected', isPopup: false })
  expect(page.closed).toBe(false)
})

test('a blocker that gives a window, and closes it, is a blocker too', async () => {
  popup.closed = true
  void newClient().connect('acme', { popup: true })
  await vi.waitFor(() => expect(page.left()).toBe(startUrl))
})

test('without a ticket the window goes again', async () => {
  server.answers['POST /api/integrations/acme/tickets'] = problem('paused', 403)
  const outcome = await newClient().connect('acme', { popup: true })
  expect(outcome).toMatchObject({ status: 'error', code: 'paused' })
  expect(popup.closed).toBe(true)
})

test('a window that says it is closed may be open: only silence after a return ends the wait', async () => {
  const outcome = newClient().connect('acme', { popup: true })
  await vi.waitFor(() => expect(popup.url()).toBe(startUrl))
  popup.closed = true
  const early = await Promise.race([outcome, pause(300)])
  expect(early, 'it went on only because of `closed`').toBe('still waiting')
  page.dispatch('focus')
  expect(await outcome).toMatchObject({ status: 'error', code: 'window_closed' })
})

test('after the silence the API is asked what is true, and the page shows it', async () => {
  const grantkeeper = newClient()
  const changed = vi.fn()
  grantkeeper.subscribe(changed)
  const outcome = grantkeeper.connect('acme', { popup: true })
  await vi.waitFor(() => expect(popup.url()).toBe(startUrl))
  await vi.waitFor(() => expect(server.asked).toHaveLength(2))
  server.answers['GET /api/integrations'] = listOf(grant('g0'), grant('g7'))
  popup.closed = true
  page.dispatch('focus')
  expect(await outcome).toMatchObject({ status: 'connected', grant: 'g7' })
  expect(changed).toHaveBeenCalledOnce()
})

test('nothing stays with the opener once the window has its copy', async () => {
  const outcome = newClient().connect('acme', { popup: true, scope: 's', grant: 'g0' })
  await vi.waitFor(() => expect(popup.url()).toBe(startUrl))
  expect(page.storage.length).toBe(0)
  expect(page.copied.length).toBe(1)
  await inPopup('status=error&error=access_denied')
  expect(await outcome).toMatchObject({ scope: 's', grant: 'g0' })
  expect(page.storage.length).toBe(0)
})

test('a storage that both share keeps the attempt until the window takes it', async () => {
  const shared = memoryStorage()
  const outcome = newClient(shared).connect('acme', { popup: true })
  await vi.waitFor(() => expect(popup.url()).toBe(startUrl))
  expect(shared.length).toBe(1)
  await inPopup('status=pending', `handle=${handle}`, shared)
  expect(await outcome).toMatchObject({ status: 'connected' })
  expect(shared.length).toBe(0)
})

test('without storage no window is opened', async () => {
  page.storage.setItem = () => {
    throw new DOMException('full', 'QuotaExceededError')
  }
  const outcome = await newClient().connect('acme', { popup: true })
  expect(outcome).toMatchObject({ status: 'error', code: 'storage_blocked' })
  expect(page.opened).toBe(0)
})

test('a window that ends after all is heard, and shown', async () => {
  const grantkeeper = newClient()
  const outcome = grantkeeper.connect('acme', { popup: true })
  await vi.waitFor(() => expect(popup.url()).toBe(startUrl))
  popup.closed = true
  page.dispatch('focus')
  expect(await outcome).toMatchObject({ code: 'window_closed' })
  const changed = vi.fn()
  grantkeeper.subscribe(changed)
  await inPopup('status=pending', `handle=${handle}`)
  await vi.waitFor(() => expect(changed).toHaveBeenCalled())
})

test('a window that was closed before it was led on ends the wait at once', async () => {
  const outcome = newClient().connect('acme', { popup: true })
  popup.closed = true
  expect(await outcome).toMatchObject({ code: 'window_closed' })
})

function newClient(storage?: Storage): Grantkeeper {
  return createGrantkeeper({
    baseUrl: server.url,
    getAccessToken: async () => 'token',
    completionUrl: `${origin}/connected`,
    ...(storage && { storage }),
  })
}

/** The completion page in the popup, whose tab got a copy of the opener's storage. */
async function inPopup(query: string, fragment = '', storage = page.copied): Promise<Outcome> {
  const opener = page
  const url = `${origin}/connected?integration=acme&${query}#${fragment}`
  const inner = openPage(url, storage)
  const outcome = await newClient(storage).complete()
  page = Object.assign(inner, { dispatch: opener.dispatch })
  return outcome
}

/** Every message on every channel of the origin. */
async function overheard(during: () => Promise<void>): Promise<unknown[]> {
  const post = vi.spyOn(BroadcastChannel.prototype, 'postMessage')
  await during()
  return post.mock.calls.map(([message]) => message)
}

async function pause(milliseconds: number): Promise<string> {
  await new Promise((done) => setTimeout(done, milliseconds))
  return 'still waiting'
}
