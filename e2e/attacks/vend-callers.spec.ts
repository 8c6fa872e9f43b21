import { type ApiKeyOptions, apiKey, keysCommand } from '../api-key.ts'
import type { Answer } from '../browser-client.ts'
import { expect, test } from '../fixtures.ts'
import { connect } from '../flow.ts'
import { type MachineTokenOptions, machineToken } from '../machine-token.ts'
import { rawRequest } from '../raw-request.ts'
import { askForToken, bearer, vend } from '../token-request.ts'
import { userToken, userTokens } from '../user-token.ts'
import type { World } from '../world.ts'

const alice = { user: 'auth0|alice' }

const machine = (options: MachineTokenOptions) => async (world: World) =>
  bearer(await machineToken(world.login, options))
const key = (options: ApiKeyOptions) => async (world: World) => bearer(await apiKey(world, options))

for (const [who, authorize, status] of [
  ['nobody', async () => undefined, 401],
  ["a user's token", async ({ login }) => bearer(await userToken(login, 'alice')), 403],
  ['an opaque token', async ({ login }) => bearer(await opaque(login)), 401],
  ['an ID token', async ({ login }) => bearer((await userTokens(login, 'alice')).id_token), 401],
  [
    'a refresh token',
    async ({ login }) => bearer((await userTokens(login, 'alice')).refresh_token),
    401,
  ],
  ['a machine without a scope to vend', machine({ client: 'reports' }), 403],
  ['a machine with a scope for another provider', machine({ client: 'notes' }), 403],
  ['a machine that asked for less', machine({ scope: 'integrations:read' }), 403],
  ['a machine that is not listed', machine({ client: 'unlisted' }), 403],
  [
    'another audience',
    async ({ login }) => bearer(await machineToken(login, { audience: login.otherAudience })),
    401,
  ],
  ['a key for another provider', key({ providers: 'plain' }), 403],
  ['a revoked key', revokedKey, 401],
  ['an expired key', expiredKey, 401],
  [
    'a key with a typing error',
    async (world) => bearer((await apiKey(world)).replace(/.$/, '~')),
    401,
  ],
  ['a key as Basic', async (world) => `Basic ${btoa(`${await apiKey(world)}:`)}`, 401],
  ['the client secret of the app', async ({ login }) => bearer(login.client.secret), 401],
  ['the secret of the clean-up', async ({ env }) => bearer(env.CRON_SECRET ?? ''), 401],
] satisfies [string, (world: World) => Promise<string | undefined>, number][])
  test(`TA-01 ${who} gets no token`, async ({ alice: visitor, world }) => {
    await connect(visitor)
    const before = world.providers.acme.log().length
    const authorization = await authorize(world)
    const answer = await askForToken(world, {
      ...(authorization === undefined ? {} : { authorization }),
      body: alice,
    })
    expectRefusal(answer, status)
    expect(world.providers.acme.log()).toHaveLength(before)
    const secret = authorization?.split(' ')[1] ?? ''
    expect(world.output().includes(secret || 'Bearer '), 'the log holds what was sent').toBe(false)
  })

test('TA-01 neither a session nor a browser gets a token', async ({ alice: visitor, world }) => {
  await connect(visitor)
  const path = '/api/integrations/acme/token'
  const authorization = bearer(await machineToken(world.login))
  const json = { 'content-type': 'application/json' }
  const session = { method: 'POST', body: JSON.stringify(alice), headers: json }
  expectRefusal(await visitor.get(path, session), 401)
  for (const [name, value] of [
    ['origin', world.appUrl],
    ['origin', world.spa.url],
    ['origin', 'null'],
    ['sec-fetch-site', 'same-origin'],
    ['sec-fetch-site', 'none'],
    ['sec-fetch-dest', 'empty'],
    ['cookie', '__session=x'],
  ] as const) {
    const headers = { [name]: value }
    const answer = await askForToken(world, { authorization, body: alice, headers })
    expectRefusal(answer, 403)
  }
  const both = await visitor.get(path, { ...session, headers: { ...json, authorization } })
  expectRefusal(both, 403)
})

test('TA-01 no page of another origin may even ask', async ({ world }) => {
  const headers = {
    origin: world.spa.url,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type',
  }
  for (const method of ['OPTIONS', 'POST']) {
    const answer = await askForToken(world, { method, headers })
    const cors = Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))
    expect(cors, method).toEqual([])
  }
})

test('TA-01 jobs that may vend get the token of the user they name', async ({
  alice: visitor,
  bob,
  world,
}) => {
  await connect(visitor)
  await connect(bob, 'acme', { account: 'bob' })
  const { families } = world.providers.acme
  const tokenOf = (at: number) => [...(families.at(at)?.accessTokens.keys() ?? [])][0]
  for (const authorization of [
    bearer(await machineToken(world.login)),
    bearer(await machineToken(world.login, { scope: 'vend:acme' })),
    bearer(await apiKey(world)),
    bearer(await apiKey(world, { name: 'all', providers: '*' })),
  ]) {
    const one = await vend(world, { authorization, body: alice })
    expect(one.access_token).toBe(tokenOf(-2))
    const other = await vend(world, { authorization, body: { user: 'auth0|bob' } })
    expect(other.access_token).toBe(tokenOf(-1))
    expect(other.account.id).toBe('acme_bob')
  }
})

test('TA-01 a job that uses the fetch of Node is not taken for a browser', async ({
  alice: visitor,
  world,
}) => {
  await connect(visitor)
  const authorization = bearer(await machineToken(world.login))
  const answer = await fetch(`${world.appUrl}/api/integrations/acme/token`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify(alice),
  })
  expect([answer.status, Object.keys(await answer.json())]).toEqual([
    200,
    expect.arrayContaining(['access_token']),
  ])
})

for (const authorization of [
  'Bearer %',
  'Bearer ',
  'Bearer a b',
  'bearer',
  'Basic Og==',
  `Bearer ${'x'.repeat(10_000)}`,
  'Bearer a.b',
  'Bearer ...',
  'Bearer eyJhbGciOiJub25lIn0.e30.',
  'Bearer \u0001',
  'Bearer gk_',
  'Bearer a\r\nAuthorization: Bearer b',
])
  test(`SA-06 ${JSON.stringify(authorization).slice(0, 40)} is answered with 401`, async ({
    world,
  }) => {
    // Raw, since no client would write the odd ones. Control characters never reach a route: the server
    // itself answers 400 to them.
    const bytes = rawPost(new URL(world.appUrl).hostname, authorization)
    const text = await rawRequest({ port: world.app.port, bytes })
    const isReached = !authorization.includes('\u0001')
    expect(text).toMatch(isReached ? /^HTTP\/1\.1 401 / : /^HTTP\/1\.1 400 /)
    expect(/^www-authenticate: bearer/im.test(text)).toBe(isReached)
    expect(world.app.isAlive()).toBe(true)
  })

function expectRefusal({ status, headers, body }: Answer, expected: number): void {
  expect(status, body).toBe(expected)
  expect(headers['cache-control']).toContain('no-store')
  expect(headers['www-authenticate']?.startsWith('Bearer') ?? false).toBe(expected === 401)
  expect(headers['access-control-allow-origin']).toBeUndefined()
  const code = expected === 401 ? 'login_required' : 'forbidden'
  expect(JSON.parse(body).code).toBe(code)
  expect(body).not.toMatch(/_cnry_|access_token/)
}

async function opaque(login: World['login']): Promise<string> {
  return userToken(login, 'alice', { audience: '' })
}

async function revokedKey(world: World): Promise<string> {
  const made = await apiKey(world, { name: 'gone' })
  await keysCommand(world, ['revoke', 'gone'])
  return bearer(made)
}

async function expiredKey(world: World): Promise<string> {
  const made = await apiKey(world)
  await world.rows.execute(`update api_keys set expires_at = ${Date.now() - 1}`)
  return bearer(made)
}

function rawPost(host: string, authorization: string): string {
  const lines = [
    'POST /api/integrations/acme/token HTTP/1.1',
    `Host: ${host}`,
    `Authorization: ${authorization}`,
    'Content-Type: application/json',
    'Content-Length: 2',
    'Connection: close',
  ]
  return `${lines.join('\r\n')}\r\n\r\n{}`
}
