import { startApp } from '../app.ts'
import type { Answer } from '../browser-client.ts'
import { cookieHeader, sessionOf } from '../cookie-header.ts'
import { expect, test } from '../fixtures.ts'
import { approve, requestStart, visitCallback } from '../flow.ts'
import { expectOk } from '../outcome.ts'
import { freePort } from '../stand-in/server.ts'

const paths = [
  '/',
  '/integrations',
  '/integrations/acme',
  '/integrations/connect/acme?return_to=/integrations',
  '/activity',
  '/auth/login',
  '/api/integrations/acme/start',
  '/api/integrations/acme/callback?code=X&state=Y',
  '/api/health',
  '/api/ready',
  '/no-such-page',
]

const forged = (evil: string): Record<string, string>[] => [
  { host: evil },
  { host: evil, 'x-forwarded-host': evil, 'x-forwarded-proto': 'https', 'x-forwarded-port': '443' },
  { 'x-forwarded-host': evil },
  { x_forwarded_host: evil },
  { forwarded: `host=${evil};proto=https;for=127.0.0.1` },
  { 'x-forwarded-uri': '/healthz', 'x-original-url': '/healthz', 'x-rewrite-url': '/healthz' },
  { 'x-forwarded-user': 'auth0|bob', 'x-forwarded-email': 'bob@example.com', 'x-auth-user': 'bob' },
  { 'x-real-ip': '127.0.0.1', 'x-forwarded-for': '127.0.0.1' },
  { 'x-forwarded-prefix': `//${evil}`, 'x-forwarded-server': evil, 'x-host': evil },
]

test('SA-13 forged hosts and proxy headers change no answer, logged in or not', async ({
  alice,
  stranger,
  world,
}) => {
  for (const visitor of [alice, stranger]) {
    const cookie = cookieHeader(...sessionOf(visitor))
    for (const path of paths) {
      const plain = await visitor.get(path, { cookie })
      for (const host of [new URL(world.attacker.url).host, 'evil.test'])
        for (const headers of forged(host)) {
          const answer = await visitor.get(path, { cookie, headers })
          const what = `${path} with ${JSON.stringify(headers)}`
          expect(outcomeOf(answer), what).toEqual(outcomeOf(plain))
          expect(JSON.stringify([answer.headers, answer.body]), what).not.toContain(host)
        }
    }
  }
  expect(world.attacker.log).toEqual([])
})

test('SA-13 a flow under a forged host goes to the registered redirect URI', async ({
  alice,
  world,
}) => {
  const host = new URL(world.attacker.url).host
  for (const headers of forged(host)) {
    const answer = await requestStart({ visitor: alice, returnTo: '/integrations/acme', headers })
    const { location } = answer
    if (!location) throw new Error('start gave no Location')
    expect(location.searchParams.get('redirect_uri')).toBe(
      `${world.appUrl}/api/integrations/acme/callback`,
    )
    const ended = await visitCallback(alice, await approve(location), headers)
    expectOk(ended, '/integrations/acme')
  }
  expect(world.attacker.log).toEqual([])
})

test('SA-13 without its own URL the app does not start', async ({ world }) => {
  const port = await freePort()
  const { APP_BASE_URL: _, ...rest } = world.env
  for (const env of [rest, { ...rest, APP_BASE_URL: '' }])
    await expect(startApp({ ...env, PORT: String(port) }, { deadlineMs: 30_000 })).rejects.toThrow(
      /ended at its start[\s\S]*APP_BASE_URL is missing/,
    )
})

/** All of an answer but what differs from one request to the next anyway. */
function outcomeOf({ status, location, setCookies, headers }: Answer) {
  const target = location && new URL(location)
  // The login's own, fresh each time.
  for (const name of ['state', 'nonce', 'code_challenge']) target?.searchParams.delete(name)
  const names = setCookies.map((line) => line.split('=', 1)[0]?.replace(/(?<=login_).*/, ''))
  return { status, location: target?.href, names, type: headers['content-type'] }
}
