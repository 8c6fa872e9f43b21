import { apiKey } from '../api-key.ts'
import type { Visitor } from '../browser-client.ts'
import { expect, test } from '../fixtures.ts'
import { approve, connect, start, visitCallback } from '../flow.ts'
import { askAsJob } from '../job.ts'
import { expectError, expectOk } from '../outcome.ts'
import { inOwnWorld } from '../own-world.ts'
import { sentTokens } from '../refreshes.ts'
import { refusal } from '../refusal.ts'
import type { Rule } from '../stand-in/scripted/rules.ts'
import { scriptedEntry } from '../stand-in/scripted-entry.ts'
import { providersFile } from '../stand-in/start.ts'
import type { World } from '../world.ts'

type Bend = Omit<Rule, 'endpoint'>

/** Connects where the token endpoint answers so; userinfo knows a token that it never gave. */
async function connected(world: World, alice: Visitor, bend: Bend) {
  const { acme } = world.providers
  acme.reset()
  acme.ctl({ endpoint: 'token', nth: 1, ...bend })
  if (bend.body) acme.ctl({ endpoint: 'userinfo', body: '{"sub":"acme_ann"}' })
  expectOk(await connect(alice))
}

/** Makes the access token of every grant one that has run out, without changing how long it lived. */
async function expire({ rows }: World, lifeS = 60): Promise<void> {
  const past = Date.now() - 1000
  await rows.execute(`update grants set access_token_expires_at = ${past},
    connected_at = ${past - lifeS * 1000}, last_refreshed_at = null, refresh_not_before = 0`)
}

const bom = (json: object) => `\ufeff${JSON.stringify(json)}`
const utf8: Bend = { headers: { 'content-encoding': 'UTF-8' } }

test('WD-05 WD-07 WD-08 what is odd in an answer to a code, and not needed, keeps nobody from connecting', async ({
  alice,
  world,
  grants,
}) => {
  const bends: [string, Bend, object][] = [
    [
      'scope as a list',
      { merge: { scope: ['profile', 'files.read'] } },
      scope('profile files.read'),
    ],
    ['scope with commas', { merge: { scope: 'profile,files.read' } }, scope('profile files.read')],
    ['scope null', { merge: { scope: null } }, scope('profile files.read')],
    ['scope empty', { merge: { scope: '' } }, scope('profile files.read')],
    ['refresh_token null', { merge: { refresh_token: null } }, { refresh_token: null }],
    ['refresh_token empty', { merge: { refresh_token: '' } }, { refresh_token: null }],
    ['a member twice', { body: `{"x":1,"x":2,${good}}` }, {}],
    ['a byte order mark', { body: `\ufeff{${good}}` }, {}],
    ['JSON as a form', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }, {}],
    ['201', { process: true, status: 201 }, {}],
    ['Content-Encoding: UTF-8', utf8, {}],
  ]
  for (const [what, bend, expected] of bends)
    await test.step(what, async () => {
      await world.rows.clear()
      await connected(world, alice, bend)
      expect(await grants('alice')).toMatchObject([{ status: 'active', ...expected }])
    })
})

test('WD-07 WD-08 a byte order mark and an unknown coding before userinfo are ignored too', async ({
  alice,
  world,
  grants,
}) => {
  const body = bom({ sub: 'acme_odd', name: 'Ann' })
  world.providers.acme.ctl({ endpoint: 'userinfo', body, ...utf8 })
  expectOk(await connect(alice))
  expect(await grants('alice')).toMatchObject([{ account_id: 'acme_odd', account_label: 'Ann' }])
})

test('WD-10 the digits of an account id beyond 2^53 are kept exactly', async ({
  alice,
  world,
  grants,
}) => {
  const body = '{"sub":17841405793187218,"name":"Ann"}'
  world.providers.acme.ctl({ endpoint: 'userinfo', body })
  expectOk(await connect(alice))
  expect(await grants('alice')).toMatchObject([{ account_id: '17841405793187218' }])
})

test('WD-05 a refresh of a single-use token with an odd answer keeps the grant, and sends nothing twice', async ({
  alice,
  world,
  grants,
}) => {
  const { acme } = world.providers
  const key = await apiKey(world)
  const job = () => askAsJob(world.app, key)
  const bends: [string, Bend][] = [
    ['scope as a list', { merge: { scope: ['profile'] } }],
    ['scope null, and no type', { merge: { scope: null, token_type: null } }],
    ['an error beside the tokens', { merge: { error: 'odd' } }],
    ['JSON as a form', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
    ['Content-Encoding: UTF-8', utf8],
    ['Content-Encoding: gzip, which it is not', { headers: { 'content-encoding': 'gzip' } }],
  ]
  expectOk(await connect(alice))
  for (const [what, bend] of bends)
    await test.step(what, async () => {
      acme.reset()
      acme.ctl({ endpoint: 'token', nth: 1, ...bend })
      await expire(world)
      expect((await job()).accessToken).toMatch(/^AT_cnry_acme_/)
      await expire(world)
      // What came before is good: the next refresh goes on from it.
      expect((await job()).accessToken).toMatch(/^AT_cnry_acme_/)
      const sent = sentTokens(acme)
      expect([sent.length, new Set(sent).size]).toEqual([2, 2])
      expect(await grants('alice')).toMatchObject([{ status: 'active', refresh_error: null }])
    })
})

test('WD-05 a new refresh token that comes alone is stored; after a page nothing is sent again at once', async ({
  alice,
  world,
  grants,
}) => {
  const { acme } = world.providers
  const key = await apiKey(world)
  const job = () => askAsJob(world.app, key)
  const ready = () => world.rows.execute('update provider_states set blocked_until = 0')
  expectOk(await connect(alice))
  acme.reset()
  acme.ctl({ endpoint: 'token', nth: 1, omit: ['access_token'] })
  await expire(world)
  expect((await job()).code).toBe('temporarily_unavailable')
  await expire(world)
  await ready()
  expect((await job()).accessToken).toMatch(/^AT_cnry_acme_/)
  expect(new Set(sentTokens(acme)).size).toBe(2)
  acme.reset()
  acme.ctl({ endpoint: 'token', nth: 1, template: 'html' })
  await expire(world)
  expect((await job()).code).toBe('temporarily_unavailable')
  expect(sentTokens(acme)).toHaveLength(1)
  await expire(world)
  await ready()
  expect((await job()).accessToken).toMatch(/^AT_cnry_acme_/)
  expect(await grants('alice')).toMatchObject([{ status: 'active', refresh_error: null }])
})

test('WD-06 a life that is a fraction is one, and what was said last holds', async ({
  alice,
  world,
}) => {
  const { acme } = world.providers
  const key = await apiKey(world)
  await connected(world, alice, { merge: { expires_in: 90.5 } })
  expect((await askAsJob(world.app, key)).expiresIn).toBeLessThanOrEqual(90)
  for (const bend of [{ omit: ['expires_in'] }, { merge: { expires_in: 1_796_083_200 } }]) {
    acme.reset()
    acme.ctl({ endpoint: 'token', ...bend })
    await expire(world, 90)
    const { expiresIn } = await askAsJob(world.app, key)
    expect(expiresIn).toBeLessThanOrEqual(90)
    expect(expiresIn).toBeGreaterThan(60)
  }
})

test('WD-06 WD-09 RS-07 an entry says what lifetimes count, which types are Bearer, and has several quirks; a refresh token proves offline_access', async () => {
  const entries = {
    acme: {
      ...{ expires_unit: 'ms' as const, token_types: ['User Access Token'] },
      quirk: ['microsoft', 'token_type_missing'],
    },
    evil: {
      access_token_life_s: 60,
      scope: ['profile', 'offline_access'],
      required_scope: ['offline_access'],
    },
  }
  await inOwnWorld({ entries }, async ({ world, visit }) => {
    const alice = await visit('alice')
    const { acme, evil } = world.providers
    const key = await apiKey(world, { providers: 'acme,evil' })
    const scope = 'https://graph.microsoft.com/profile'
    const merge = { expires_in: 90_000, scope, token_type: 'User Access Token' }
    acme.ctl({ endpoint: 'token', merge })
    expectOk(await connect(alice))
    const { expiresIn, body } = await askAsJob(world.app, key)
    expect(expiresIn).toBeLessThanOrEqual(90)
    expect(expiresIn).toBeGreaterThan(60)
    expect(body).toMatchObject({ token_type: 'Bearer', scope: 'profile' })
    acme.ctl({ endpoint: 'token', merge: { token_type: 'mac' } })
    expectError(await connect(alice), 'exchange_failed')
    // The other entry allows nothing, and says how long a token lives where the answer cannot be.
    evil.ctl({ endpoint: 'token', nth: 1, merge: { token_type: 'User Access Token' } })
    expectError(await connect(alice, 'evil'), 'exchange_failed')
    evil.reset()
    evil.ctl({ endpoint: 'token', merge: { expires_in: 1_796_083_200, scope: 'profile' } })
    expectOk(await connect(alice, 'evil'))
    const other = await askAsJob(world.app, key, { provider: 'evil' })
    expect(other.expiresIn).toBeLessThanOrEqual(60)
    expect(other.expiresIn).toBeGreaterThan(30)
    expect(other.body.scope).toBe('profile offline_access')
  })
})

test('WD-11 a code of 5 kB is exchanged', async ({ alice, world }) => {
  const { acme } = world.providers
  const code = `CODE_cnry_acme_${'c'.repeat(5000)}`
  acme.ctl({ endpoint: 'token', body: `{${good}}` })
  acme.ctl({ endpoint: 'userinfo', body: '{"sub":"acme_ann"}' })
  const callback = await approve((await start(alice)).authorizationUrl)
  callback.searchParams.set('code', code)
  expectOk(await visitCallback(alice, callback))
  expect(new URLSearchParams(acme.calls('/token')[0]?.body).get('code')).toBe(code)
})

test('WD-14 an entry that asks for another response mode does not start', async ({ world }) => {
  const entry = scriptedEntry(world.providers.acme)
  for (const response_mode of ['form_post', 'fragment', 'query.jwt']) {
    const entries = [{ ...entry, authorization_params: { response_mode } }]
    const file = await providersFile(entries)
    const said = await refusal(world, { PROVIDERS_FILE: file.path })
    expect(said).toContain(
      `provider "acme", authorization_params.response_mode: asks for the response mode "${response_mode}"; the callback takes query alone, so leave it out`,
    )
    await file.remove()
  }
})

test('AU-18 answers that are dear to parse are refused before they are parsed', async ({
  alice,
  world,
  grants,
}) => {
  const { acme } = world.providers
  const bodies = [
    `{${good},"x":${'['.repeat(500_000)}${']'.repeat(500_000)}}`,
    `{${good},"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    `access_token=AT_cnry_acme_x&token_type=Bearer${'&a'.repeat(300_000)}`,
    `access_token=AT_cnry_acme_x&token_type=Bearer${'&a'.repeat(100_000)}`,
    `{${good},${Array.from({ length: 90_000 }, (_, n) => `"k${n}":1`).join(',')}}`,
    `{${good},${Array.from({ length: 15_000 }, (_, n) => `"k${n}":1`).join(',')}}`,
  ]
  for (const body of bodies)
    for (const endpoint of ['token', 'userinfo'] as const) {
      acme.reset()
      acme.ctl({ endpoint, body })
      expectError(await connect(alice), 'exchange_failed')
      expect(await grants('alice')).toEqual([])
    }
})

test('RS-07 401 in plain text at the exchange is our client refused', async ({ alice, world }) => {
  const { acme } = world.providers
  const headers = { 'content-type': 'text/plain' }
  acme.ctl({ endpoint: 'token', status: 401, body: 'Unauthorized', headers })
  expectError(await connect(alice), 'provider_misconfigured')
})

const good = '"access_token":"AT_cnry_acme_x","token_type":"Bearer"'

function scope(granted: string): { scope: string } {
  return { scope: granted }
}
