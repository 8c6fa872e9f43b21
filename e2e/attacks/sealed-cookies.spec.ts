import { hkdfSync, randomBytes } from 'node:crypto'
import { sealData, unsealData } from 'iron-session'
import type { Visitor } from '../browser-client.ts'
import { cookieHeader, sessionOf, transactionOf } from '../cookie-header.ts'
import { expect, test } from '../fixtures.ts'
import { approve, type Started, start, visitCallback } from '../flow.ts'
import { expectError, expectOk } from '../outcome.ts'
import { inOwnWorld } from '../own-world.ts'
import { key } from '../settings.ts'

test('ST-15 cookies bear the prefix that no other host can set, and count once', async () => {
  test.setTimeout(120_000)
  await inOwnWorld({ https: true }, async ({ world, visit }) => {
    const alice = await visit('alice')
    const mallory = await visit('mallory')
    const session = sessionOf(alice)
    const first = await begun(alice)
    for (const line of [...first.flow.response.setCookies, ...linesOf(alice)]) {
      expect(line).toMatch(/^__Host-/)
      expect(line).toMatch(/; ?secure/i)
      expect(line).toMatch(/; ?httponly/i)
      expect(line).toMatch(/; ?path=\/(;|$)/i)
      expect(line).not.toMatch(/; ?domain/i)
    }
    const { transaction, url } = first
    const tossed = { name: transaction.name.replace('__Host-', ''), value: 'attacker' }
    for (const repeated of [
      [{ ...transaction, value: 'attacker' }, transaction],
      [transaction, { ...transaction, value: 'attacker' }],
      [transaction, transaction],
    ]) {
      const cookie = cookieHeader(...session, ...repeated)
      expectError(await alice.get(url, { cookie }), 'invalid_state')
    }
    const [own, foreign] = [session, sessionOf(mallory)]
    for (const sessions of [
      [...foreign, ...own],
      [...own, ...foreign],
    ]) {
      const twice = await alice.get('/api/integrations/acme/start', {
        cookie: cookieHeader(...sessions),
        headers: { 'sec-fetch-site': 'same-origin' },
      })
      expect(twice.location?.pathname, 'two sessions are none').toBe('/auth/login')
    }
    expect(world.providers.acme.calls('/token')).toEqual([])
    const cookie = cookieHeader(...session, tossed, transaction)
    expectOk(await alice.get(url, { cookie }))
  })
})

test('ST-18 a seal that was tampered with is no transaction', async ({ alice, tokenCalls }) => {
  const { url, transaction } = await begun(alice)
  const { name, value } = transaction
  const step = Math.floor(value.length / 20)
  const flipped = Array.from({ length: 20 }, (_, index) => {
    const at = index === 19 ? value.length - 1 : index * step
    return value.slice(0, at) + (value[at] === 'A' ? 'B' : 'A') + value.slice(at + 1)
  })
  const cuts = [1, 10, value.length / 2, value.length - 1].map((length) => value.slice(0, length))
  for (const tampered of [...flipped, ...cuts, '', value + value]) {
    const cookie = cookieHeader(...sessionOf(alice), { name, value: tampered })
    expectError(await alice.get(url, { cookie }), 'invalid_state')
  }
  expect(tokenCalls()).toBe(0)
  expectOk(await visitCallback(alice, url))
})

test('ST-18 the seal of another instance is no transaction', async () => {
  test.setTimeout(120_000)
  await inOwnWorld({}, async ({ world, visit }) => {
    const alice = await visit('alice')
    const { url, transaction } = await begun(alice)
    await world.restart({ TRANSACTION_KEYS: key() })
    const cookie = cookieHeader(...sessionOf(alice), transaction)
    expectError(await alice.get(url, { cookie }), 'invalid_state')
    expect(world.providers.acme.calls('/token')).toEqual([])
  })
})

test('ST-19 seals that break the unsealing still lead to a redirect, and are not logged', async ({
  bob,
  world,
  tokenCalls,
}) => {
  const { url, transaction, flow } = await begun(bob)
  const session = sessionOf(bob)
  const length = world.app.output().length
  const seals = breaking(transaction.value)
  for (const value of seals) {
    const asTransaction = cookieHeader(...session, { name: transaction.name, value })
    const name = transaction.name.replace(/[0-9a-f]{16}$/, '0123456789abcdef')
    const asOther = cookieHeader(...session, { name, value })
    const asSession = cookieHeader({ name: session[0]?.name ?? '', value }, transaction)
    expectError(await bob.get(url, { cookie: asTransaction }), 'invalid_state')
    for (const cookie of [asTransaction, asOther]) {
      const answer = await startWith(bob, cookie)
      expect(answer.location?.href).toContain(flow.authorizationUrl.origin)
    }
    expect((await startWith(bob, asSession)).location?.pathname).toBe('/auth/login')
  }
  const output = world.app.output().slice(length)
  for (const value of seals.filter((seal) => seal.length >= 20))
    expect(output.includes(value)).toBe(false)
  expect(output).not.toMatch(/\n\s+at /)
  expect(tokenCalls()).toBe(0)
  const asSession = { name: session[0]?.name ?? '', value: seals[0] ?? '' }
  const cookie = cookieHeader(asSession, transaction)
  expectError(await bob.get(url, { cookie }), 'login_required')
})

test('ST-20 a seal serves its own purpose only', async ({ alice, stranger, tokenCalls }) => {
  const { url, transaction } = await begun(alice)
  const [session] = sessionOf(alice)
  if (!session) throw new Error('alice has no session')
  const posing = cookieHeader({ name: session.name, value: transaction.value })
  for (const path of ['/integrations', '/activity', '/api/integrations/acme/start']) {
    const answer = await stranger.get(path, { cookie: posing })
    expect(answer.location?.pathname, path).toBe('/auth/login')
  }
  const both = cookieHeader({ name: session.name, value: transaction.value }, transaction)
  const asTransaction = { name: transaction.name, value: session.value }
  expectError(
    await alice.get(url, { cookie: cookieHeader(session, asTransaction) }),
    'invalid_state',
  )
  for (const name of ['ticket', 'state', 'relay']) {
    const query = new URLSearchParams({ [name]: transaction.value })
    const answer = await stranger.get(`/api/integrations/acme/start?${query}`)
    if (name === 'ticket') expectError(answer, 'invalid_ticket')
    else expect(answer.location?.pathname).toBe('/auth/login')
    expectError(await stranger.get(`/api/integrations/acme/relay?${query}`), 'invalid_state')
    expectError(await stranger.get(`/api/integrations/acme/callback?${query}`), 'invalid_state')
  }
  expectError(await alice.get(url, { cookie: both }), 'login_required')
  expect(tokenCalls()).toBe(0)
})

test('AU-22 an attempt that was begun under another login issuer is not this user’s', async ({
  alice,
  world,
  tokenCalls,
}) => {
  const { url, transaction } = await begun(alice)
  const [number = '', key = ''] = (world.env.TRANSACTION_KEYS ?? '').split(/:(.*)/)
  const derived = hkdfSync('sha256', Buffer.from(key, 'base64'), '', 'grantkeeper transaction', 32)
  const password = { [number]: Buffer.from(derived).toString('base64') }
  const plain = await unsealData<{ login: string }>(transaction.value, { password, ttl: 0 })
  expect(plain.login).toBe(world.login.issuer)
  const value = await sealData({ ...plain, login: 'https://old.test/' }, { password, ttl: 0 })
  const cookie = cookieHeader(...sessionOf(alice), { name: transaction.name, value })
  expectError(await alice.get(url, { cookie }), 'session_mismatch')
  expect(tokenCalls()).toBe(0)
})

type Begun = { flow: Started; url: URL; transaction: { name: string; value: string } }

/** A flow whose callback waits to be visited. */
async function begun(visitor: Visitor): Promise<Begun> {
  const flow = await start(visitor)
  const transaction = transactionOf(visitor, flow.cookieName)
  return { flow, url: await approve(flow.authorizationUrl), transaction }
}

function linesOf(visitor: Visitor): string[] {
  const names = new Set(sessionOf(visitor).map(({ name }) => name))
  return visitor.jar
    .all()
    .filter(({ name }) => names.has(name))
    .map(({ line }) => line)
}

function startWith(visitor: Visitor, cookie: string) {
  return visitor.get('/api/integrations/acme/start', {
    cookie,
    headers: { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'document' },
  })
}

/** Values on which unsealing was seen to throw, and a hundred of their like. */
function breaking(seal: string): string[] {
  const parts = seal.split('*')
  const withId = (id: string) => [parts[0], id, ...parts.slice(2)].join('*')
  const known = [
    seal.replace('Fe26.2', 'Fe26.1'),
    'Fe26.2*1*a*b*c*d*e*f~2',
    withId('__proto__'),
    withId('constructor'),
  ]
  const fuzzed = Array.from({ length: 100 }, (_, index) => {
    const pieces = Array.from({ length: 1 + (index % 10) }, (_, at) =>
      at === 0 && index % 3
        ? 'Fe26.2'
        : randomBytes(1 + ((index * 7 + at * 5) % 40)).toString('base64url'),
    )
    return pieces.join('*') + (index % 4 ? '~2' : '')
  })
  return [...known, ...fuzzed]
}
