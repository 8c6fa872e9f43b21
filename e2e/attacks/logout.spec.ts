import type { Visitor } from '../browser-client.ts'
import { cookieHeader, sessionOf } from '../cookie-header.ts'
import { expect, test } from '../fixtures.ts'
import { clicked, logOut } from '../log-out.ts'
import { inOwnWorld } from '../own-world.ts'

const asked: [string, Record<string, string>][] = [
  ['another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'document' }],
  ['a sibling host', { 'sec-fetch-site': 'same-site', 'sec-fetch-dest': 'document' }],
  ['a mail, or the address bar', { 'sec-fetch-site': 'none', 'sec-fetch-dest': 'document' }],
  ['nobody knows where', {}],
  ['another page, in a browser that names it', { referer: 'https://evil.test/' }],
]

for (const [where, headers] of asked)
  test(`AU-09 a link to the logout from ${where} asks first`, async ({ alice, world }) => {
    const answer = await alice.get('/auth/logout', { headers })
    expect([answer.status, answer.location?.href]).toEqual([303, `${world.appUrl}/log-out`])
    expect(answer.setCookies).toEqual([])
    const page = await alice.get('/log-out')
    expect(page.body).toContain('Log out?')
    expect(page.body).toContain('href="/auth/logout"')
    expect((await alice.get('/integrations')).status).toBe(200)
  })

const marks: Record<string, string>[] = [
  { purpose: 'prefetch' },
  { 'sec-purpose': 'prefetch;prerender' },
  { 'next-router-prefetch': '1' },
  { 'sec-fetch-dest': 'image' },
  { 'sec-fetch-dest': 'iframe' },
  { 'sec-fetch-dest': 'empty' },
]

for (const mark of marks)
  test(`AU-09 ${JSON.stringify(mark)} ends no session, though a page of ours asks`, async ({
    alice,
  }) => {
    const answer = await alice.get('/auth/logout', { headers: { ...clicked, ...mark } })
    expect([answer.status, answer.location, answer.setCookies]).toEqual([204, undefined, []])
    expect((await alice.get('/integrations')).status).toBe(200)
  })

test('AU-09 a click on a page of ours acts at once, with or without fetch metadata', async ({
  newVisitor,
  world,
}) => {
  for (const headers of [clicked, { referer: `${world.appUrl}/integrations` }]) {
    const alice = await newVisitor('alice')
    const answer = await alice.get('/auth/logout', { headers })
    expect(answer.location?.origin).toBe(world.login.url)
    expect(sessionOf(alice)).toEqual([])
  }
})

test('AU-06 a copy of the session is refused from the logout on, and other browsers stay', async ({
  newVisitor,
}) => {
  const [alice, elsewhere] = [await newVisitor('alice'), await newVisitor('alice')]
  await expectCopyRefused(alice)
  expect((await elsewhere.get('/integrations')).status).toBe(200)
  await alice.login('alice')
  expect((await alice.get('/integrations')).status).toBe(200)
})

test('AU-06 AU-09 with next-auth a logout asks, and ends every copy of the session', async () => {
  await inOwnWorld({ loginDriver: 'oidc' }, async ({ world, visit }) => {
    const [alice, elsewhere] = [await visit('alice'), await visit('alice')]
    for (const [, headers] of asked) {
      const { location } = await alice.get('/auth/logout', { headers })
      expect(location?.href).toBe(`${world.appUrl}/log-out`)
    }
    for (const mark of marks)
      expect((await alice.get('/auth/logout', { headers: { ...clicked, ...mark } })).status).toBe(
        204,
      )
    expect((await alice.get('/integrations')).status).toBe(200)
    await expectCopyRefused(alice)
    expect((await elsewhere.get('/integrations')).status).toBe(200)
    await alice.login('alice')
    expect((await alice.get('/integrations')).status).toBe(200)
  })
})

const ownCall = { 'sec-fetch-site': 'same-origin', 'x-grantkeeper': '1' }

/** Every form of the session that was ever sent: as it came with the login, and as pages prolonged it. */
async function expectCopyRefused(visitor: Visitor): Promise<void> {
  const before = cookieHeader(...sessionOf(visitor))
  await visitor.get('/integrations')
  const after = cookieHeader(...sessionOf(visitor))
  // What an answer under way brings back after the logout is one of these, prolonged once more.
  for (const copy of [before, after])
    expect(
      (await visitor.get('/api/integrations', { cookie: copy, headers: ownCall })).status,
    ).toBe(200)
  await logOut(visitor)
  expect(sessionOf(visitor)).toEqual([])
  for (const cookie of [before, after]) {
    const page = await visitor.get('/integrations', { cookie })
    expect(page.location?.pathname).toBe('/auth/login')
    const revived = cookieHeader(...sessionOf(visitor)) || cookie
    for (const copy of [cookie, revived]) {
      const call = await visitor.get('/api/integrations', { cookie: copy, headers: ownCall })
      expect(call.status).toBe(401)
      const start = await visitor.get('/api/integrations/acme/start', {
        cookie: copy,
        headers: clicked,
      })
      expect(start.location?.pathname).toBe('/auth/login')
    }
    visitor.jar.restore([])
  }
}
