import type { Answer, Visitor } from '../browser-client.ts'
import { cookieHeader, sessionOf } from '../cookie-header.ts'
import { expect, test } from '../fixtures.ts'
import { clicked, logOut } from '../log-out.ts'
import { oddSeals } from '../odd-seals.ts'
import { sessionCookie } from '../session-cookie.ts'

const pages = ['/', '/integrations', '/integrations/acme', '/activity', '/unavailable', '/docs/api']

test('AU-01 another’s session under a name that a login library reads logs nobody in', async ({
  mallory,
  stranger,
  alice,
}) => {
  const [stolen] = sessionOf(mallory)
  const [own] = sessionOf(alice)
  if (!stolen || !own) throw new Error('no session')
  const { value } = stolen
  const halves = [value.slice(0, 99), value.slice(99)]
  for (const tossed of [
    [{ name: 'appSession', value }],
    halves.map((half, n) => ({ name: `appSession.${n}`, value: half })),
    [{ name: 'next-auth.session-token', value }],
    [{ name: '__Secure-next-auth.session-token', value }],
  ]) {
    for (const path of ['/integrations', '/integrations/connect/acme']) {
      const answer = await stranger.get(path, { cookie: cookieHeader(...tossed) })
      expect(answer.location?.pathname).toBe('/auth/login')
      expect(sessionOf(stranger)).toEqual([])
    }
    const call = { headers: { 'sec-fetch-site': 'same-origin', 'x-grantkeeper': '1' } }
    const cookie = cookieHeader(...tossed)
    expect((await stranger.get('/api/integrations', { ...call, cookie })).status).toBe(401)
    const both = await alice.get('/integrations', { cookie: cookieHeader(...tossed, own) })
    expect([both.status, both.body.includes('Alice')]).toEqual([200, true])
    expect(both.body).not.toContain('Mallory')
  }
  expectDeleted(await stranger.get('/', { cookie: `appSession=${value}` }), 'appSession')
})

test('AU-01 a cookie that only looks like one of ours reaches nothing', async ({
  mallory,
  stranger,
}) => {
  const [stolen] = sessionOf(mallory)
  const { name = '', value = '' } = stolen ?? {}
  const bare = name.replace(/^__(Host-)?/, '')
  for (const like of [bare, `__Secure-${bare}`, `${name}_`, `${name}__x`, name.toUpperCase()]) {
    const { location } = await stranger.get('/integrations', { cookie: `${like}=${value}` })
    expect(location?.pathname, like).toBe('/auth/login')
  }
})

test('AU-04 cookies on which a login library throws lock nobody out', async ({ alice, world }) => {
  const { length } = world.output()
  const own = sessionOf(alice)
  for (const value of oddSeals) {
    const cookie = cookieHeader(...own, { name: '__FC_0', value }, { name: 'appSession', value })
    for (const path of pages) {
      const answer = await alice.get(path, { cookie })
      expect(answer.status, path).toBeLessThan(400)
      expectDeleted(answer, '__FC_0')
      expectDeleted(answer, 'appSession')
    }
    const page = await alice.get('/integrations', { cookie })
    expect([page.status, page.body.includes('Alice')]).toEqual([200, true])
    await expectNobodyWith(alice, `${sessionCookie(world)}=${value}`)
  }
  expect(world.output().slice(length)).not.toMatch(/\n\s+at /)
})

test('AU-04 a logout deletes the session, whatever stands in it', async ({ newVisitor, world }) => {
  const name = sessionCookie(world)
  for (const value of oddSeals) {
    const bob = await newVisitor()
    bob.jar.store([`${name}=${value}; Path=/`], new URL(world.appUrl))
    const answer = await bob.get('/auth/logout', {
      headers: clicked,
      cookie: cookieHeader({ name, value }, { name: '__FC_0', value }),
    })
    expect([answer.status >= 300, answer.status < 400]).toEqual([true, true])
    expectDeleted(answer, name)
    expect(sessionOf(bob)).toEqual([])
  }
  const alice = await newVisitor('alice')
  const cookie = cookieHeader(...sessionOf(alice), { name: '__FC_0', value: oddSeals[0] ?? '' })
  await alice.get('/auth/logout', { headers: clicked, cookie })
  expect(sessionOf(alice)).toEqual([])
  expect((await logOut(alice)).status).toBeLessThan(400)
})

async function expectNobodyWith(visitor: Visitor, cookie: string): Promise<void> {
  const { location } = await visitor.get('/integrations', { cookie })
  expect(location?.pathname).toBe('/auth/login')
  expect((await visitor.get('/', { cookie })).status).toBe(200)
}

function expectDeleted({ setCookies }: Answer, name: string): void {
  const line = setCookies.find((one) => one.startsWith(`${name}=`))
  expect(line, `${name} is deleted`).toMatch(/^[^=]+=;.*Max-Age=0/i)
}
