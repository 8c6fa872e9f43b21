import { createHmac, randomUUID } from 'node:crypto'
import { exportSPKI, generateKeyPair, importJWK } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { oncePerProcess } from '#lib/process'
import { audience, startIssuer, type TestIssuer } from '#lib/testing/issuer'
import { stubSettings } from '#lib/testing/settings'
import { verifyAccessToken } from './access-token.ts'

let issuer: TestIssuer

beforeAll(async () => {
  issuer = await startIssuer()
  const local = { ALLOW_INSECURE_LOCALHOST: 'true', AUTH0_DOMAIN: issuer.url }
  stubSettings({ ...local, AUTH0_AUDIENCE: audience })
})
beforeEach(forget)
afterEach(() => vi.useRealTimers())
afterAll(() => issuer.close())

const metadataPath = '/.well-known/openid-configuration'

test("a machine's token tells client, scopes and organization", async () => {
  const jwt = await issuer.mint({ scope: 'vend:acme  vend:github', org_id: 'org_1' })
  expect(await verifyAccessToken(jwt)).toEqual({
    sub: 'jobs@clients',
    clientId: 'jobs',
    scope: ['vend:acme', 'vend:github'],
    org: 'org_1',
    isMachine: true,
  })
})

test.each([
  ['by its grant type', { sub: 'x', gty: 'client-credentials' }, true],
  ['by its subject', { sub: 'jobs@clients', gty: null }, true],
  [
    'by a subject that is the client',
    { sub: 'jobs', azp: null, client_id: 'jobs', gty: null },
    true,
  ],
  ['is not a user', { sub: 'auth0|alice', gty: null }, false],
  ['is not a user of a password grant', { sub: 'auth0|alice', gty: 'password' }, false],
  ['is not another client', { sub: 'others@clients', gty: null }, false],
  ['by an idtyp, as Entra ID writes it', { sub: 'a-uuid', gty: null, idtyp: 'app' }, true],
  [
    'by the name of a service account, as Keycloak writes it',
    { sub: 'a-uuid', gty: null, azp: 'job', preferred_username: 'service-account-job' },
    true,
  ],
  [
    'by no name that another client has',
    { sub: 'a-uuid', gty: null, azp: 'web', preferred_username: 'service-account-job' },
    false,
  ],
  [
    'by the host of a service account, as Keycloak writes it',
    { sub: 'a-uuid', gty: null, azp: 'job', clientHost: '192.0.2.1' },
    true,
  ],
  ['by its address', { sub: 'a-uuid', gty: null, azp: 'job', clientAddress: '192.0.2.1' }, true],
])('a machine is told %s', async (_, claims, isMachine) => {
  expect((await verifyAccessToken(await issuer.mint(claims))).isMachine).toBe(isMachine)
})

test.each(['JWT', 'at+jwt', 'application/at+jwt'])('the type may be %s', async (typ) => {
  await verifyAccessToken(await issuer.mint({}, { typ }))
})

const past = () => Math.floor(Date.now() / 1000) - 60
const soon = () => Math.floor(Date.now() / 1000) + 60

test.each<[string, () => Promise<string> | string]>([
  ['another issuer', () => issuer.mint({ iss: 'https://evil.test/' })],
  ['the issuer without its slash', () => issuer.mint({ iss: issuer.url.slice(0, -1) })],
  ['no issuer', () => issuer.mint({ iss: null })],
  ['another audience', () => issuer.mint({ aud: 'https://other.example/api' })],
  ['no audience', () => issuer.mint({ aud: null })],
  ['an expiry in the past', () => issuer.mint({ exp: past() })],
  ['no expiry', () => issuer.mint({ exp: null })],
  ['a beginning in the future', () => issuer.mint({ nbf: soon() })],
  ['no subject', () => issuer.mint({ sub: null })],
  ['an empty subject', () => issuer.mint({ sub: '' })],
  ['a subject that is no text', () => issuer.mint({ sub: ['jobs@clients'] })],
  ['no client', () => issuer.mint({ azp: null })],
  ['a nonce, as ID tokens have', () => issuer.mint({ nonce: 'n' })],
  ['its own client as audience', () => issuer.mint({ aud: [audience, 'jobs'] })],
  ['no type', () => issuer.mint({}, { typ: undefined })],
  ['the type of an ID token hint', () => issuer.mint({}, { typ: 'logout+jwt' })],
  ['an unknown key', () => issuer.mint({}, { kid: randomUUID() })],
  ['a critical extension', () => issuer.mint({}, { crit: ['x'], x: 1 })],
  ['no signature', unsigned],
  ['a MAC with the public key', keyedWithPublicKey],
  ['the signature of another key', foreign],
  ['more than 8 kB', () => issuer.mint({ padding: 'x'.repeat(8_192) })],
  ['two parts', () => 'a.b'],
  ['dots alone', () => '...'],
  ['five parts, as encrypted ones have', () => `${part({ alg: 'dir', enc: 'A256GCM' })}..a.b.c`],
])('SA-07 a token with %s is refused', async (_, make) => {
  await expect(verifyAccessToken(await make())).rejects.toMatchObject({ code: 'login_required' })
})

test.each<[string, unknown]>([
  ['a DPoP key', { jkt: 'x'.repeat(43) }],
  ['a certificate', { 'x5t#S256': 'x'.repeat(43) }],
  ['nothing known', {}],
  ['what is no object', 'x'],
])('AU-15 a token that is bound to %s is refused', async (_, cnf) => {
  const jwt = await issuer.mint({ cnf })
  await expect(verifyAccessToken(jwt)).rejects.toMatchObject({ code: 'login_required' })
})

test('SA-07 a header that names keys of its own is not followed', async () => {
  const evil = await startIssuer()
  const pair = await generateKeyPair('RS256')
  for (const header of [
    { jku: `${evil.url}jwks` },
    { x5u: `${evil.url}jwks` },
    { jwk: evil.publicKey },
  ]) {
    const jwt = await issuer.mint({}, header, pair.privateKey)
    await expect(verifyAccessToken(jwt)).rejects.toMatchObject({ code: 'login_required' })
  }
  expect(evil.asked).toEqual([])
  await evil.close()
})

test('SA-08 unknown keys and garbage ask the issuer at most once in 30 seconds', async () => {
  await verifyAccessToken(await issuer.mint())
  issuer.asked.length = 0
  vi.useFakeTimers({ toFake: ['Date'] })
  const forged = async () => {
    for (let n = 0; n < 50; n += 1) {
      const jwt = await issuer.mint({}, { kid: randomUUID() })
      await expect(verifyAccessToken(jwt)).rejects.toMatchObject({ code: 'login_required' })
      await expect(verifyAccessToken(`a.${n}.c`)).rejects.toThrow()
    }
  }
  await forged()
  expect(issuer.asked).toEqual([])
  vi.setSystemTime(Date.now() + 31_000)
  await forged()
  expect(issuer.asked).toEqual(['/jwks'])
})

test('an issuer that is away is no fault of the token, and is not asked for each one', async () => {
  const good = await issuer.mint()
  issuer.isDown = true
  vi.useFakeTimers({ toFake: ['Date'] })
  for (let n = 0; n < 20; n += 1)
    await expect(verifyAccessToken(good)).rejects.toMatchObject({
      code: 'temporarily_unavailable',
      retryAfterS: 5,
    })
  expect(issuer.asked).toEqual([metadataPath])
  issuer.isDown = false
  vi.setSystemTime(Date.now() + 5_001)
  await verifyAccessToken(good)
})

test.each([
  ['names another issuer', { issuer: 'https://evil.test/' }],
  ['names keys by http', { jwks_uri: 'http://keys.example/jwks' }],
  ['names no keys', { jwks_uri: undefined }],
])('metadata that %s is not used', async (_, change) => {
  const honest = issuer.answers[metadataPath] as object
  issuer.answers[metadataPath] = { ...honest, ...change }
  for (let n = 0; n < 3; n += 1)
    await expect(verifyAccessToken(await issuer.mint())).rejects.toMatchObject({
      code: 'temporarily_unavailable',
    })
  expect(issuer.asked).toEqual([metadataPath])
  issuer.answers[metadataPath] = honest
})

test.each([
  ['on its own origin is used', [307, `${metadataPath}/`], true],
  ['to another origin is not used', [302, 'https://evil.test/'], false],
] as const)('metadata that is redirected %s', async (_, redirect, isUsed) => {
  issuer.answers[`${metadataPath}/`] = issuer.answers[metadataPath]
  issuer.redirects[metadataPath] = redirect
  const verified = verifyAccessToken(await issuer.mint())
  if (isUsed) await verified
  else await expect(verified).rejects.toMatchObject({ code: 'temporarily_unavailable' })
  delete issuer.redirects[metadataPath]
})

test('metadata that is redirected to itself is given up', async () => {
  issuer.redirects[metadataPath] = [302, metadataPath]
  await expect(verifyAccessToken(await issuer.mint())).rejects.toMatchObject({
    code: 'temporarily_unavailable',
  })
  expect(issuer.asked).toHaveLength(3)
  delete issuer.redirects[metadataPath]
})

test('a verified token is remembered for a minute, never past its end, and 1,000 at most', async () => {
  const remembered = oncePerProcess('access tokens', () => new Map<string, { until: number }>())
  const now = Date.now()
  await verifyAccessToken(await issuer.mint({ exp: Math.floor(now / 1000) + 10 }))
  const [brief] = [...remembered.values()]
  expect(brief?.until).toBe((Math.floor(now / 1000) + 10) * 1000)
  for (let n = 0; n < 1_000; n += 1) await verifyAccessToken(await issuer.mint())
  expect(remembered.size).toBe(1_000)
  expect([...remembered.values()]).not.toContain(brief)
  for (const { until } of remembered.values())
    expect(until).toBeLessThanOrEqual(Date.now() + 60_000)
  const names = [...remembered.keys()]
  expect(names.filter((name) => !/^[\w+/]{43}=$/.test(name))).toEqual([])
})

test('a remembered token ends with its time', async () => {
  const jwt = await issuer.mint({ exp: Math.floor(Date.now() / 1000) + 30 })
  await verifyAccessToken(jwt)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 50_000 })
  await expect(verifyAccessToken(jwt)).rejects.toMatchObject({ code: 'login_required' })
})

/** What this process knows of issuer and tokens, as after a start. */
function forget(): void {
  issuer.asked.length = 0
  issuer.isDown = false
  oncePerProcess('access tokens', () => new Map()).clear()
  const slot = oncePerProcess('issuer keys', (): { found?: unknown; silentUntil: number } => ({
    silentUntil: 0,
  }))
  delete slot.found
  slot.silentUntil = 0
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

async function unsigned(): Promise<string> {
  const [, payload] = (await issuer.mint()).split('.')
  return `${part({ alg: 'none', typ: 'at+jwt' })}.${payload}.`
}

async function keyedWithPublicKey(): Promise<string> {
  const [, payload] = (await issuer.mint()).split('.')
  const text = `${part({ alg: 'HS256', typ: 'at+jwt', kid: 'k1' })}.${payload}`
  const key = await importJWK(issuer.publicKey, 'RS256', { extractable: true })
  if (key instanceof Uint8Array) throw new Error('not a public key')
  return `${text}.${createHmac('sha256', await exportSPKI(key))
    .update(text)
    .digest('base64url')}`
}

async function foreign(): Promise<string> {
  return issuer.mint({}, {}, (await generateKeyPair('RS256')).privateKey)
}
