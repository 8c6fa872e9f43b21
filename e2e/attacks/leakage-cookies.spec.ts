import type { Answer, Visitor } from '../browser-client.ts'
import { visitor } from '../browser-client.ts'
import { expect, test } from '../fixtures.ts'
import {
  approve,
  connect,
  deletedTransactionCookies,
  newTransactionCookies,
  start,
  visitCallback,
} from '../flow.ts'
import { logOut } from '../log-out.ts'
import { skipUnless } from '../skip-unless.ts'
import { startWorld, type World } from '../world.ts'

test.describe('over https', () => {
  let world: World
  let alice: Visitor
  test.beforeAll(async () => {
    test.setTimeout(120_000)
    world = await startWorld({ https: true })
    alice = visitor({ name: 'alice', appUrl: world.appUrl })
    await alice.login('alice')
  })
  test.afterAll(() => world.stop())

  test('LK-08 a transaction cookie is bound to the host, and unseen by scripts', async () => {
    const { response, cookieName } = await start(alice)
    expect(cookieName).toMatch(/^__Host-oauth_tx_[0-9a-f]{16}$/)
    const attributes = attributesOf(lineOf(response, cookieName))
    const ttl = Number(world.env.TRANSACTION_TTL_S ?? 600)
    expect(attributes).toEqual({
      path: '/',
      secure: '',
      httponly: '',
      samesite: 'Lax',
      // Five minutes longer than the transaction lives, so that lateness can be told (DESIGN.md).
      'max-age': String(ttl + 300),
    })
  })

  test('LK-08 success and errors delete exactly the cookie of their own flow', async () => {
    const other = await start(alice, 'plain')
    for (const bend of ['', 'access_denied']) {
      const { authorizationUrl, cookieName } = await start(alice)
      const callback = await approve(authorizationUrl)
      if (bend) callback.searchParams.set('error', bend)
      const answer = await visitCallback(alice, callback)
      expect(answer.headers.location).toContain(bend ? 'status=error' : 'status=connected')
      expect(deletedTransactionCookies(answer)).toEqual([cookieName])
      expect(newTransactionCookies(answer)).toEqual([])
      expect(attributesOf(lineOf(answer, cookieName))).toEqual({
        path: '/',
        secure: '',
        httponly: '',
        samesite: 'Lax',
        'max-age': '0',
      })
      expect(alice.jar.get(other.cookieName), 'the other flow goes on').toBeDefined()
    }
  })

  test('LK-08 every cookie of the app is a __Host- cookie, HttpOnly, Secure and Lax', async () => {
    await connect(alice)
    await alice.get('/integrations')
    const mallory = visitor({ name: 'mallory', appUrl: world.appUrl })
    await mallory.login('mallory')
    await logOut(mallory)
    const own = [...alice.answers, ...mallory.answers].filter(
      ({ url }) => url.origin === world.appUrl,
    )
    const lines = own.flatMap(({ setCookies }) => setCookies)
    expect(lines.length).toBeGreaterThan(10)
    for (const line of lines) {
      const name = line.split('=', 1)[0] ?? ''
      const { path, domain, ...attributes } = attributesOf(line)
      expect(name).toMatch(/^__Host-/)
      expect(path, name).toBe('/')
      expect(domain, name).toBeUndefined()
      expect(attributes, name).toHaveProperty('secure')
      expect(attributes, name).toHaveProperty('httponly')
      expect(attributes.samesite?.toLowerCase(), name).toBe('lax')
    }
  })
})

test('LK-08 at http://localhost the cookies are the same but for the prefix', async ({ alice }) => {
  skipUnless({ isDeployed: false }, 'It is about an app at http, and this one is at https.')
  const { response, cookieName } = await start(alice)
  expect(cookieName).toMatch(/^oauth_tx_[0-9a-f]{16}$/)
  const { 'max-age': _, ...attributes } = attributesOf(lineOf(response, cookieName))
  expect(attributes).toEqual({ path: '/', httponly: '', samesite: 'Lax' })
})

function lineOf({ setCookies }: Answer, name: string): string {
  return setCookies.find((line) => line.startsWith(`${name}=`)) ?? ''
}

/** The attributes of a Set-Cookie line, by lower-case name; a flag has the value ''. */
function attributesOf(line: string): Record<string, string> {
  const [, ...parts] = line.split(';').map((part) => part.trim())
  return Object.fromEntries(
    parts.map((part) => {
      const [name = '', ...value] = part.split('=')
      return [name.toLowerCase(), value.join('=')]
    }),
  )
}
