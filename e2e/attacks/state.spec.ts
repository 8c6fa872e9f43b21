import { randomBytes } from 'node:crypto'
import { expect, test } from '../fixtures.ts'
import { approve, deletedTransactionCookies, requestStart, start, visitCallback } from '../flow.ts'
import { expectError, expectOk } from '../outcome.ts'
import { stored } from '../stored.ts'

const callback = '/api/integrations/acme/callback'
const returnTo = '/integrations/acme'

test('ST-01 a callback without state is refused, and leaves a live flow alone', async ({
  alice,
  world,
  grants,
  tokenCalls,
}) => {
  const flow = await start(alice, 'acme', returnTo)
  const before = await stored(world.rows)
  for (const query of ['code=X', 'error=access_denied', 'code=X&state', '']) {
    const answer = await visitCallback(alice, `${callback}?${query}`)
    expectError(answer, 'invalid_state')
    expect(deletedTransactionCookies(answer)).toEqual([])
  }
  expect(await stored(world.rows)).toEqual(before)
  expect(tokenCalls()).toBe(0)
  expectOk(await visitCallback(alice, await approve(flow.authorizationUrl)), returnTo)
  expect(await grants('alice')).toHaveLength(1)
})

const malformed: [string, (state: string) => string][] = [
  ['empty', () => ''],
  ['a space', () => '%20'],
  ['undefined', () => 'undefined'],
  ['[object Object]', () => '[object Object]'],
  ['43 random characters', () => randomBytes(32).toString('base64url')],
  ['8 KB of a', () => 'a'.repeat(8192)],
  ['a null byte', () => '%00'],
  ['a null byte, encoded twice', () => '%2500'],
  ['a climbing path', () => '..%2f'],
  ['a climbing path, encoded twice', () => '..%252f'],
  ['__proto__', () => '__proto__'],
  ['the right one and one character more', (state) => `${state}A`],
  ['the right one and a line feed', (state) => `${state}%0A`],
  ['the right one without its end', (state) => state.slice(0, -1)],
]

for (const [name, value] of malformed)
  test(`ST-02 a state that is ${name} is refused`, async ({ alice, world, tokenCalls }) => {
    const { state } = await start(alice)
    const before = await stored(world.rows)
    const answer = await visitCallback(alice, `${callback}?code=X&state=${value(state)}`)
    expectError(answer, 'invalid_state')
    expect(deletedTransactionCookies(answer)).toEqual([])
    expect(await stored(world.rows)).toEqual(before)
    expect(tokenCalls()).toBe(0)
  })

test('ST-02 five hundred unknown states never reach the provider', async ({
  alice,
  world,
  tokenCalls,
}) => {
  const before = await stored(world.rows)
  for (let round = 0; round < 50; round += 1)
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        const state = randomBytes(32).toString('base64url')
        const answer = await visitCallback(alice, `${callback}?code=X&state=${state}`)
        expectError(answer, 'invalid_state')
      }),
    )
  expect(await stored(world.rows)).toEqual(before)
  expect(tokenCalls()).toBe(0)
  expect(world.providers.acme.log()).toEqual([])
})

test('ST-03 a parameter that is there twice, or as an array, is refused', async ({
  alice,
  world,
  tokenCalls,
}) => {
  const { authorizationUrl, state } = await start(alice, 'acme', returnTo)
  const honest = await approve(authorizationUrl)
  const code = honest.searchParams.get('code') ?? ''
  const iss = encodeURIComponent(world.providers.acme.url)
  const polluted = [
    `state=${state}&state=${state}&code=${code}&iss=${iss}`,
    `state=${state}&state=Y&code=${code}&iss=${iss}`,
    `state=${state}&code=${code}&code=C2&iss=${iss}`,
    `state=${state}&code=${code}&iss=${iss}&iss=${iss}`,
    `state=${state}&error=x&code=${code}&error=y&iss=${iss}`,
    ...['state', 'code', 'iss', 'error'].map(
      (name) => `state=${state}&code=${code}&iss=${iss}&${name}[]=Z`,
    ),
    `state=${state}&code=${code}&iss=${iss}&code%5B0%5D=Z`,
  ]
  for (const query of polluted) {
    const answer = await visitCallback(alice, `${callback}?${query}`)
    expectError(answer, 'invalid_request')
    expect(deletedTransactionCookies(answer)).toEqual([])
  }
  expect(tokenCalls()).toBe(0)
  expectOk(await visitCallback(alice, honest), returnTo)
  expect(tokenCalls()).toBe(1)
})

test('ST-21 a state is 256 random bits, and tells nothing', async ({ mallory, world }) => {
  const states: string[] = []
  for (let count = 0; count < 64; count += 1) {
    const answer = await requestStart({ visitor: mallory, returnTo: `${returnTo}?secret=treasure` })
    states.push(answer.location?.searchParams.get('state') ?? '')
  }
  const users = await world.rows.all('users')
  const told = ['mallory', 'treasure', 'localhost', ...users.map(({ id }) => String(id))]
  for (const state of states) {
    expect(state).toMatch(/^[A-Za-z0-9_-]{43}$/)
    const read = `${state} ${Buffer.from(state, 'base64url').toString('latin1')}`
    for (const word of told) expect(read).not.toContain(word)
  }
  expect(new Set(states).size).toBe(states.length)
  // A clock, a counter or an id would leave bytes that hardly change from one to the next.
  for (let at = 0; at < 32; at += 1) {
    const bytes = states.map((state) => Buffer.from(state, 'base64url')[at])
    expect(new Set(bytes).size, `byte ${at}`).toBeGreaterThan(32)
  }
})

test('ST-22 neither state nor verifier can be read in the database', async ({ alice, world }) => {
  const { authorizationUrl, state } = await start(alice)
  const during = await world.rows.dump()
  const callbackUrl = await approve(authorizationUrl)
  expectOk(await visitCallback(alice, callbackUrl))
  const [exchange] = world.providers.acme.calls('/token')
  const verifier = new URLSearchParams(exchange?.body).get('code_verifier') ?? ''
  expect(verifier.length).toBeGreaterThanOrEqual(43)
  const code = callbackUrl.searchParams.get('code') ?? ''
  const after = await world.rows.dump()
  for (const secret of [state, verifier, code])
    for (const dump of [during, after]) expect(dump.includes(secret)).toBe(false)
})
