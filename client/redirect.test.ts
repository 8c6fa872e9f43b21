import { createHash } from 'node:crypto'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createGrantkeeper, type Grantkeeper } from './index.ts'
import { listOf } from './testing/acme.ts'
import { memoryStorage, openPage, type Page } from './testing/page.ts'
import { problem, type Server, startServer } from './testing/server.ts'

const origin = 'https://spa.example'
const startUrl = 'https://api.example/api/integrations/acme/start?ticket=t'

let server: Server
let page: Page

beforeEach(async () => {
  server = await startServer()
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
  page = openPage(`${origin}/settings?tab=music#acme`)
})
afterEach(async () => {
  vi.unstubAllGlobals()
  await server.close()
})

test('connect asks for a ticket with the hash of a secret that stays here, and leaves', async () => {
  const grantkeeper = newClient({ completionUrl: `${origin}/connected` })
  await leave(grantkeeper, { scope: 'playlists.write', grant: 'g0' })
  expect(page.left()).toBe(startUrl)
  const [{ body } = {}] = server.asked
  expect(body).toEqual({
    return_to: `${origin}/connected`,
    challenge: expect.stringMatching(/^[\w-]{43}$/),
    scope: 'playlists.write',
    grant: 'g0',
  })
  const { verifier } = kept()
  expect(createHash('sha256').update(verifier).digest('base64url')).toBe(body?.challenge)
})

test('without a completion URL it is this page, without query and fragment', async () => {
  await leave(newClient())
  expect(server.asked[0]?.body?.return_to).toBe(`${origin}/settings`)
})

test('complete redeems what this tab began, and says where the user was', async () => {
  server.answers['GET /api/integrations'] = listOf()
  const grantkeeper = newClient()
  await grantkeeper.list()
  await leave(grantkeeper)
  const { verifier } = kept()
  page = openPage(
    `${origin}/connected?a=1&integration=acme&status=pending#handle=h-1`,
    page.storage,
  )
  const outcome = await newClient().complete()
  expect(outcome).toEqual({
    status: 'connected',
    integration: 'acme',
    grant: 'g1',
    account: { id: '1', label: 'Ada Lovelace' },
    message: 'Connected to Acme Music as Ada Lovelace.',
    returnTo: '/settings?tab=music#acme',
    isPopup: false,
  })
  expect(server.asked.at(-1)).toMatchObject({
    path: '/api/integrations/acme/complete',
    body: { handle: 'h-1', verifier },
  })
  expect(page.storage.length).toBe(0)
})

test('the URL is clean before anything is awaited', async () => {
  await leave(newClient())
  page = openPage(
    `${origin}/connected?a=1&integration=acme&status=pending#handle=h-1`,
    page.storage,
  )
  const ended = newClient().complete()
  expect(page.shown.at(-1)).toBe(`${origin}/connected?a=1`)
  await ended
})

test('a handle that this tab did not ask for is not redeemed', async () => {
  page = openPage(`${origin}/connected?integration=acme&status=pending#handle=of-mallory`)
  expect(await newClient().complete()).toMatchObject({ status: 'error', code: 'invalid_state' })
  expect(page.shown.at(-1)).toBe(`${origin}/connected`)
  expect(server.asked).toEqual([])
})

test('what was begun at one third party completes nothing at another', async () => {
  await leave(newClient())
  const { length } = server.asked
  page = openPage(`${origin}/connected?integration=plain&status=pending#handle=h-1`, page.storage)
  expect(await newClient().complete()).toMatchObject({ code: 'invalid_state' })
  expect(server.asked).toHaveLength(length)
})

test('an attempt is good for one try', async () => {
  await leave(newClient())
  const back = `${origin}/connected?integration=acme&status=pending#handle=h-1`
  page = openPage(back, page.storage)
  server.answers['POST /api/integrations/acme/complete'] = problem('invalid_ticket', 400)
  expect(await newClient().complete()).toMatchObject({ code: 'invalid_ticket' })
  page = openPage(back, page.storage)
  expect(await newClient().complete()).toMatchObject({ code: 'invalid_state' })
})

test('a refused consent is a sentence, and the way back', async () => {
  await leave(newClient())
  page = openPage(
    `${origin}/connected?integration=acme&status=error&error=access_denied#`,
    page.storage,
  )
  expect(await newClient().complete()).toEqual({
    status: 'error',
    code: 'access_denied',
    integration: 'acme',
    message: 'You cancelled at the service, and nothing was changed.',
    returnTo: '/settings?tab=music#acme',
    isPopup: false,
  })
})

test('effects that run twice get one outcome from one try', async () => {
  await leave(newClient())
  page = openPage(`${origin}/connected?integration=acme&status=pending#handle=h-1`, page.storage)
  const grantkeeper = newClient()
  const first = grantkeeper.complete()
  page = openPage(page.shown.at(-1) ?? '', page.storage)
  expect(await grantkeeper.complete()).toBe(await first)
  expect(server.asked.filter(({ path }) => path.endsWith('/complete'))).toHaveLength(1)
})

test('where nothing came back there is nothing to say', async () => {
  page = openPage(`${origin}/?status=open&error=none#top`)
  expect(await newClient().complete()).toEqual({ status: 'none' })
  expect(page.shown).toHaveLength(1)
})

test('without a ticket nobody leaves, and nothing is kept', async () => {
  server.answers['POST /api/integrations/acme/tickets'] = problem('rate_limited', 429)
  const outcome = await newClient().connect('acme')
  expect(outcome).toMatchObject({ status: 'error', code: 'rate_limited' })
  expect(page.left()).toBeUndefined()
  expect(page.storage.length).toBe(0)
})

test('a path of many slashes does not become the address of another site', async () => {
  page = openPage(`${origin}//evil.example/x?a=1#b`)
  await leave(newClient())
  page = openPage(`${origin}/connected?integration=acme&status=pending#handle=h-1`, page.storage)
  expect(await newClient().complete()).toMatchObject({ returnTo: '/evil.example/x?a=1#b' })
})

test('what failed can be tried again as it was wished', async () => {
  await leave(newClient(), { scope: 'playlists.write', grant: 'g0' })
  page = openPage(`${origin}/connected?integration=acme&status=error&error=x`, page.storage)
  const outcome = await newClient().complete()
  expect(outcome).toMatchObject({ status: 'error', scope: 'playlists.write', grant: 'g0' })
})

test('where the browser forbids to keep anything, both ends say so', async () => {
  const blocked = () => {
    throw new DOMException('denied', 'SecurityError')
  }
  const said = { status: 'error', code: 'storage_blocked', message: expect.stringMatching('keep') }
  page = openPage(`${origin}/connected?integration=acme&status=pending#handle=h-1`)
  Object.defineProperty(globalThis, 'sessionStorage', { get: blocked, configurable: true })
  expect(await newClient().connect('acme')).toMatchObject(said)
  expect(await newClient().complete()).toMatchObject(said)
  expect(server.asked).toEqual([])
})

test('an attempt that was damaged ends in words too, and is gone', async () => {
  const storage = memoryStorage([['grantkeeper:acme', '{"id":']])
  page = openPage(`${origin}/connected?integration=acme&status=pending#handle=h-1`, storage)
  expect(await newClient().complete()).toMatchObject({ code: 'storage_blocked', returnTo: '/' })
  expect(storage.length).toBe(0)
})

test('only who said no at the third party reads that they cancelled', async () => {
  await leave(newClient())
  page = openPage(`${origin}/connected?integration=acme&status=pending#handle=h-1`, page.storage)
  server.answers['POST /api/integrations/acme/complete'] = problem('access_denied', 403)
  const message = expect.stringContaining('switched off')
  expect(await newClient().complete()).toMatchObject({ code: 'access_denied', message })
  server.answers['GET /api/integrations'] = problem('access_denied', 403)
  await expect(newClient().list()).rejects.toThrow('switched off')
})

test('who comes back by the back button finds the page as it was', async () => {
  const outcome = newClient().connect('acme')
  await vi.waitFor(() => expect(page.left()).toBe(startUrl))
  page.dispatch('pageshow', { persisted: true })
  expect(await outcome).toEqual({ status: 'none' })
})

test('a forgotten attempt is not taken up again', async () => {
  await leave(newClient())
  const late = { ...kept(), at: Date.now() - 21 * 60_000 }
  const storage = memoryStorage([['grantkeeper:acme', JSON.stringify(late)]])
  page = openPage(`${origin}/connected?integration=acme&status=pending#handle=h-1`, storage)
  expect(await newClient().complete()).toMatchObject({ code: 'invalid_state' })
})

function newClient(more: { completionUrl?: string } = {}): Grantkeeper {
  return createGrantkeeper({ baseUrl: server.url, getAccessToken: async () => 'token', ...more })
}

/** The promise of `connect` stays open: the page is gone. */
async function leave(grantkeeper: Grantkeeper, options = {}): Promise<void> {
  void grantkeeper.connect('acme', options)
  await vi.waitFor(() => expect(page.left()).toBe(startUrl))
}

function kept(): { verifier: string } {
  return JSON.parse(page.storage.getItem('grantkeeper:acme') ?? '')
}
