import { createHmac, randomUUID } from 'node:crypto'
import { decodeJwt, exportSPKI, generateKeyPair, importJWK, type JWTPayload, SignJWT } from 'jose'
import { askApi, type Endpoint, fullToken, userEndpoints } from '../api.ts'
import { expect, test } from '../fixtures.ts'
import { machineToken } from '../machine-token.ts'
import { inOwnWorld } from '../own-world.ts'
import { rawRequest } from '../raw-request.ts'
import { userTokens } from '../user-token.ts'
import type { World } from '../world.ts'

const endpoints = userEndpoints(randomUUID())

for (const authorization of [
  'Bearer %',
  'Bearer ',
  'Bearer a b',
  'bearer',
  'Basic Og==',
  `Bearer ${'x'.repeat(10_000)}`,
  'Bearer a.b',
  'Bearer ...',
  'Bearer \u0000',
  'Bearer eyJhbGciOiJub25lIn0.e30.',
  'Bearer a\r\nAuthorization: Bearer b',
])
  test(`SA-06 ${JSON.stringify(authorization).slice(0, 40)} on every route for users is answered with 401`, async ({
    world,
  }) => {
    // Raw, since no client would write the odd ones. A control character never reaches a route: the
    // server itself answers 400 to it.
    const isReached = !authorization.includes('\u0000')
    for (const endpoint of endpoints) {
      const text = await rawCall(world, endpoint, authorization)
      expect(text, endpoint.path).toMatch(isReached ? /^HTTP\/1\.1 401 / : /^HTTP\/1\.1 400 /)
      expect(/^www-authenticate: bearer/im.test(text), endpoint.path).toBe(isReached)
    }
    expect(world.app.isAlive()).toBe(true)
  })

test('SA-07 a token of this issuer for this API is let in, and one that differs in anything is not', async ({
  world,
}) => {
  const { login, attacker } = world
  const good = await signed(world)
  expect((await askApi(world, '/api/integrations', { token: good })).status).toBe(200)
  const past = Math.floor(Date.now() / 1000) - 90
  const claims = (given: JWTPayload) => signed(world, given)
  const [, payload = ''] = good.split('.')
  const forged: Record<string, string> = {
    'another issuer': await claims({ iss: 'https://evil.test/' }),
    'the issuer without its slash': await claims({ iss: String(decodeJwt(good).iss).slice(0, -1) }),
    'another audience': await claims({ aud: login.otherAudience }),
    expired: await claims({ exp: past }),
    'not yet valid': await claims({ nbf: Math.floor(Date.now() / 1000) + 90 }),
    'no subject': await claims({ sub: undefined }),
    'no expiry': await claims({ exp: undefined }),
    'an unknown key': await signed(world, {}, { kid: randomUUID() }),
    'another type': await signed(world, {}, { typ: 'logout+jwt' }),
    'keys at jku': await foreign(world, { jku: `${attacker.url}/jwks` }),
    'keys at x5u': await foreign(world, { x5u: `${attacker.url}/jwks` }),
    'no signature': `${part({ alg: 'none', typ: 'at+jwt' })}.${payload}.`,
    'a MAC keyed with the public key': await keyedWithPublicKey(world, payload),
    'an ID token': (await userTokens(login, 'alice')).id_token,
    'an encrypted token': `${part({ alg: 'dir', enc: 'A256GCM', typ: 'at+jwt' })}..a.b.c`,
  }
  for (const [what, token] of Object.entries(forged))
    for (const { method, path } of endpoints) {
      const answer = await askApi(world, path, { method, token })
      expect([answer.status, JSON.parse(answer.body).code], what).toEqual([401, 'login_required'])
      expect(answer.headers['www-authenticate'], what).toMatch(/^Bearer/)
    }
  expect(attacker.log).toEqual([])
})

test("SA-07 a machine's token is refused on every route for users", async ({ world }) => {
  const token = await machineToken(world.login)
  for (const { method, path } of endpoints) {
    const { status, body } = await askApi(world, path, { method, token })
    expect([status, JSON.parse(body).code], path).toEqual([403, 'forbidden'])
  }
})

test('a token that may only read is told which scope is missing, where a page can read it', async ({
  world,
}) => {
  const scope = 'integrations:read'
  const token = await signed(world, { scope })
  for (const { method, path } of endpoints.filter(({ method }) => method !== 'GET')) {
    const { status, headers } = await askApi(world, path, { method, token })
    expect([status, headers['www-authenticate']], path).toEqual([
      403,
      'Bearer realm="grantkeeper", error="insufficient_scope", scope="integrations:write"',
    ])
    expect(headers['access-control-expose-headers'], path).toContain('www-authenticate')
  }
})

test('a token and a login cookie in one request are refused, whoever they are of', async ({
  alice,
  world,
}) => {
  const authorization = `Bearer ${await fullToken(world, 'alice')}`
  for (const { method, path } of endpoints) {
    const headers = { authorization, origin: world.spa.url }
    const { status, body } = await alice.get(path, { method, headers })
    expect([status, JSON.parse(body).code], path).toEqual([403, 'forbidden'])
  }
})

test('SA-08 a thousand tokens with unknown keys do not make the app ask the issuer', async () => {
  await inOwnWorld({}, async ({ world }) => {
    const good = await signed(world)
    expect((await askApi(world, '/api/integrations', { token: good })).status).toBe(200)
    const { length } = world.login.asked
    const header = () => part({ alg: 'RS256', typ: 'at+jwt', kid: randomUUID() })
    const tokens = Array.from({ length: 1_000 }, () => good.replace(/^[^.]+/, header()))
    for (let n = 0; n < tokens.length; n += 50) {
      const answers = await Promise.all(
        tokens.slice(n, n + 50).map((token) => askApi(world, '/api/integrations', { token })),
      )
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]))
    }
    // Once, if the keys that it has are older than half a minute by now.
    expect(world.login.asked.length - length).toBeLessThanOrEqual(1)
    expect((await askApi(world, '/api/integrations', { token: good })).status).toBe(200)
  })
})

test('AU-15 a token that is bound to a key is refused as a bearer token', async ({ world }) => {
  const asJob = decodeJwt(await machineToken(world.login))
  for (const cnf of [{ jkt: 'x'.repeat(43) }, { 'x5t#S256': 'x'.repeat(43) }]) {
    const token = await signed(world, { cnf })
    expect((await askApi(world, '/api/integrations', { token })).status).toBe(401)
    const bound = await world.login.sign({ ...asJob, cnf }, { typ: 'at+jwt' })
    const path = '/api/integrations/acme/token'
    expect((await askApi(world, path, { method: 'POST', token: bound, origin: '' })).status).toBe(
      401,
    )
  }
  expect((await askApi(world, '/api/integrations', { token: await signed(world) })).status).toBe(
    200,
  )
})

/** Alice's own token, but for what the test says, signed by the issuer. */
async function signed(
  world: World,
  changes: JWTPayload = {},
  header: object = {},
): Promise<string> {
  const claims = decodeJwt(await fullToken(world, 'alice'))
  const typed = { typ: 'at+jwt', ...header }
  return world.login.sign({ ...claims, jti: randomUUID(), ...changes }, typed)
}

/** The same, signed by a key of the attacker's, which the header leads to. */
async function foreign(world: World, header: object): Promise<string> {
  const { privateKey } = await generateKeyPair('RS256')
  const claims = decodeJwt(await fullToken(world, 'alice'))
  const all = { alg: 'RS256', typ: 'at+jwt', kid: randomUUID(), ...header }
  return new SignJWT(claims).setProtectedHeader(all).sign(privateKey)
}

async function keyedWithPublicKey({ login }: World, payload: string): Promise<string> {
  const metadata = await fetch(`${login.url}/.well-known/openid-configuration`)
  const { jwks_uri } = await metadata.json()
  const [jwk] = (await (await fetch(jwks_uri)).json()).keys
  const key = await importJWK(jwk, 'RS256', { extractable: true })
  if (key instanceof Uint8Array) throw new Error('The issuer has no public key')
  const text = `${part({ alg: 'HS256', typ: 'at+jwt', kid: jwk.kid })}.${payload}`
  const mac = createHmac('sha256', await exportSPKI(key)).update(text)
  return `${text}.${mac.digest('base64url')}`
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function rawCall(world: World, { method, path }: Endpoint, authorization: string): Promise<string> {
  const { hostname } = new URL(world.appUrl)
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${hostname}`,
    `Origin: ${world.spa.url}`,
    `Authorization: ${authorization}`,
    'Content-Length: 0',
    'Connection: close',
  ]
  return rawRequest({ port: world.app.port, bytes: `${lines.join('\r\n')}\r\n\r\n` })
}
