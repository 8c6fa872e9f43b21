import { randomUUID } from 'node:crypto'
import type { JWTHeaderParameters, JWTPayload } from 'jose'
import { type Visitor, visitor } from '../browser-client.ts'
import { expect, test } from '../fixtures.ts'
import { skipUnless } from '../skip-unless.ts'
import type { World } from '../world.ts'

const event = 'http://schemas.openid.net/event/backchannel-logout'

test('a logout at the issuer ends the session here, and a new login begins one', async ({
  alice,
  world,
}) => {
  skipUnless({ isDeployed: false }, 'the issuer would have to trust a certificate of our own')
  expect((await alice.get('/integrations')).status).toBe(200)
  await alice.get(`${world.login.url}/v2/logout`)
  expect((await alice.get('/integrations')).location?.pathname).toBe('/auth/login')
  await alice.login('alice')
  expect((await alice.get('/integrations')).status).toBe(200)
})

test('a logout token for a user ends all of the sessions that the user has by then', async ({
  newVisitor,
  alice,
  bob,
  world,
}) => {
  const elsewhere = await newVisitor('alice')
  const token = await logoutToken(world, { sub: 'auth0|alice' })
  expect((await send(world, token)).status).toBe(200)
  for (const one of [alice, elsewhere]) await expectSession(one, false)
  await expectSession(bob, true)
})

test('a session that was ended before it came here leaves nothing behind', async ({
  newVisitor,
  world,
}) => {
  const carol = await newVisitor('carol')
  await send(world, await logoutToken(world, { sub: 'auth0|carol' }))
  await expectSession(carol, false)
  const users = await world.rows.all('users')
  expect(users.map(({ sub }) => sub)).not.toContain('auth0|carol')
})

test('a logout token that is sent again ends no session that began later', async ({
  alice,
  world,
}) => {
  const iat = Math.floor(Date.now() / 1000) - 60
  const token = await logoutToken(world, { sub: 'auth0|alice', iat })
  for (let times = 0; times < 2; times += 1) expect((await send(world, token)).status).toBe(200)
  await expectSession(alice, true)
  expect(await world.rows.all('ended_sessions')).toHaveLength(1)
})

const wrong: Record<string, [JWTPayload, Partial<JWTHeaderParameters>?]> = {
  'another audience': [{ aud: 'somebody-else' }],
  'another issuer': [{ iss: 'https://evil.test/' }],
  'a nonce, as an ID token has': [{ nonce: 'x' }],
  'no event': [{ events: {} }],
  'another event': [{ events: { 'https://evil.test': {} } }],
  'neither session nor user': [{ sub: undefined as never }],
  'an empty user': [{ sub: '' }],
  'no id': [{ jti: undefined as never }],
  'no time': [{ iat: undefined as never }],
  'a time long ago': [{ iat: Math.floor(Date.now() / 1000) - 3600 }],
  'the type of an access token': [{}, { typ: 'at+jwt' }],
}

for (const [what, [claims, header]] of Object.entries(wrong))
  test(`a logout token with ${what} is refused`, async ({ alice, world }) => {
    const token = await logoutToken(world, { sub: 'auth0|alice', ...claims }, header)
    await expectRefused(world, token)
    await expectSession(alice, true)
  })

test('a logout token that nobody signed, or somebody else, is refused', async ({
  alice,
  world,
}) => {
  const token = await logoutToken(world, { sub: 'auth0|alice' })
  const [, body = ''] = token.split('.')
  const header = Buffer.from('{"alg":"none","typ":"logout+jwt"}').toString('base64url')
  const asked = world.login.asked.length
  for (const one of [`${header}.${body}.`, '', 'x', 'a'.repeat(20_000)])
    await expectRefused(world, one)
  // Refused before the issuer was asked for its keys.
  expect(world.login.asked.length).toBe(asked)
  await expectRefused(world, `${token.slice(0, -6)}AAAAAA`)
  await expectRefused(world, token, token)
  await expectSession(alice, true)
})

async function logoutToken(
  { login }: World,
  claims: JWTPayload,
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> {
  const base = { iss: login.issuer, aud: login.client.id, jti: randomUUID() }
  const times = { iat: Math.floor(Date.now() / 1000) }
  const all = { ...base, ...times, events: { [event]: {} }, ...claims }
  return login.sign(all, { typ: 'logout+jwt', ...header })
}

async function send({ appUrl }: World, ...tokens: string[]) {
  return visitor({ name: 'issuer', appUrl }).get('/api/auth/backchannel-logout', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(tokens.map((token) => ['logout_token', token])).toString(),
  })
}

async function expectRefused(world: World, ...tokens: string[]): Promise<void> {
  const { status, headers, body } = await send(world, ...tokens)
  expect([status, headers['cache-control']]).toEqual([400, 'no-store'])
  expect(JSON.parse(body)).toMatchObject({ code: 'invalid_request' })
  expect(await world.rows.all('ended_sessions')).toEqual([])
}

async function expectSession(visitor: Visitor, isThere: boolean): Promise<void> {
  const { status, location } = await visitor.get('/integrations')
  expect(isThere ? status : location?.pathname).toBe(isThere ? 200 : '/auth/login')
}
