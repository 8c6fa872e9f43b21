import { expect, test } from '../fixtures.ts'
import { connect } from '../flow.ts'
import { expectError, expectOk } from '../outcome.ts'
import { inOwnWorld } from '../own-world.ts'
import { probeEnv, prototypeFields } from '../prototype-probe.ts'
import { refusal } from '../refusal.ts'
import type { Rule } from '../stand-in/scripted/rules.ts'
import { scriptedEntry } from '../stand-in/scripted-entry.ts'
import { providersFile } from '../stand-in/start.ts'

type Bend = Omit<Rule, 'endpoint'>

const good = '"access_token":"AT_cnry_acme_x","token_type":"Bearer"'
const text = (body: string, contentType = 'application/json'): Bend => ({
  body,
  headers: { 'content-type': contentType },
})
const bytes = (buffer: Buffer): Bend => ({
  body_base64: buffer.toString('base64'),
  headers: { 'content-type': 'application/json' },
})

/** Whatever is no answer by RFC 6749 §5.1. */
const malformed: Record<string, Bend> = {
  'HTML with 200': { template: 'html' },
  'HTML that says it is JSON': text('<!doctype html><title>x</title>'),
  'an empty body': { template: 'empty' },
  '204': { status: 204 },
  'an array': text('[]'),
  'an array of answers': text(`[{${good}}]`),
  null: text('null'),
  'a string': text('"str"'),
  'a number': text('123'),
  true: text('true'),
  NaN: text('NaN'),
  'JSON cut short': text(`{${good}`),
  'UTF-16': bytes(Buffer.from(`\ufeff{${good}}`, 'utf16le')),
  'broken UTF-8': bytes(
    Buffer.concat([Buffer.from(`{${good},"x":"`), Buffer.of(0xff), Buffer.from('"}')]),
  ),
  'a key twice': text(`{"access_token":"AT_cnry_acme_a",${good}}`),
  'a key twice, once escaped': text(`{"access\\u005ftoken":"AT_cnry_acme_a",${good}}`),
  'a form with a key twice': text(
    'access_token=AT_cnry_acme_a&access_token=AT_cnry_acme_b&token_type=bearer',
    'application/x-www-form-urlencoded',
  ),
  'no access_token': { omit: ['access_token'] },
  "access_token ''": { merge: { access_token: '' } },
  'access_token {}': { merge: { access_token: {} } },
  'access_token []': { merge: { access_token: ['AT_cnry_acme_x'] } },
  'access_token null': { merge: { access_token: null } },
  'access_token 1': { merge: { access_token: 1 } },
  'refresh_token {}': { merge: { refresh_token: {} } },
  'refresh_token []': { merge: { refresh_token: ['RT_cnry_acme_x'] } },
  'token_type mac': { merge: { token_type: 'mac' } },
  'token_type missing': { omit: ['token_type'] },
  'token_type an array': { merge: { token_type: ['Bearer'] } },
  'token_type null': { merge: { token_type: null } },
  'expires_in NaN': text(`{${good},"expires_in":NaN}`),
}

test('TE-07 a malformed token response is no grant', async ({
  alice,
  world,
  grants,
  tokenCalls,
}) => {
  const { acme } = world.providers
  for (const [what, bend] of Object.entries(malformed)) {
    acme.reset()
    acme.ctl({ endpoint: 'token', ...bend })
    await test.step(what, async () => {
      expectError(await connect(alice), 'exchange_failed')
      expect(tokenCalls()).toBe(1)
      expect(await grants('alice')).toEqual([])
    })
  }
})

test('TE-07 the type may be written in any case', async ({ alice, world }) => {
  for (const token_type of ['Bearer', 'bearer', 'BEARER', 'beArer']) {
    world.providers.acme.reset()
    world.providers.acme.ctl({ endpoint: 'token', merge: { token_type } })
    expectOk(await connect(alice))
  }
})

test('TE-07 no answer changes what all objects inherit', async () => {
  await inOwnWorld({ env: probeEnv() }, async ({ world, visit }) => {
    const alice = await visit('alice')
    const { acme } = world.providers
    expect(await prototypeFields(world.app)).toEqual([])
    for (const poison of ['"__proto__":{"admin":1}', '"constructor":{"prototype":{"admin":1}}'])
      for (const endpoint of ['token', 'userinfo'] as const) {
        acme.reset()
        acme.ctl({ endpoint, ...text(`{${good},"sub":"acme_ann",${poison}}`) })
        await connect(alice)
        expect(acme.calls('/token')).toHaveLength(1)
        expect(await prototypeFields(world.app)).toEqual([])
      }
  })
})

test('TE-08 an error in a body with 200 is an error', async ({ alice, world, grants }) => {
  const { acme } = world.providers
  const form = 'application/x-www-form-urlencoded'
  const bends: Bend[] = [
    text('{"error":"bad_verification_code"}'),
    text('{"error":"bad_refresh_token"}'),
    text(`{"error":"bad_verification_code",${good}}`),
    text('error=bad_verification_code&error_description=The+code+is+old', form),
    text('error=bad_verification_code', 'text/plain'),
    text(`access_token=AT_cnry_acme_x&token_type=bearer&error=bad_verification_code`, form),
    text(`{"error":{"message":"no"},${good}}`),
    text(`{"error":["no"],${good}}`),
    text(`{"error":1,${good}}`),
  ]
  for (const bend of bends) {
    acme.reset()
    acme.ctl({ endpoint: 'token', ...bend })
    expectError(await connect(alice), 'exchange_failed')
    expect(await grants('alice')).toEqual([])
  }
  acme.reset()
  acme.ctl({ endpoint: 'token', ...text('{"error":"invalid_client"}') })
  expectError(await connect(alice), 'provider_misconfigured')
})

test('TE-09 a token that is no header value is no token', async ({ alice, world, grants }) => {
  const { acme } = world.providers
  const bad = [
    '\r\nX: 1',
    '\n',
    '\u0000',
    ' ',
    '\t',
    'é',
    '\u007f',
    '\u2028',
    'a'.repeat(1_000_000),
  ]
  for (const field of ['access_token', 'refresh_token'])
    for (const part of bad)
      for (const value of [`A${part}`, `${part}A`]) {
        acme.reset()
        acme.ctl({ endpoint: 'token', merge: { [field]: value } })
        expectError(await connect(alice), 'exchange_failed')
        expect(acme.calls('/userinfo')).toEqual([])
        expect(await grants('alice')).toEqual([])
      }
  // 64 KiB is the most that is kept, by the row of the test: a cap on the token, not on the answer.
  acme.ctl({ endpoint: 'token', merge: { access_token: 'a'.repeat(70_000) } })
  expectError(await connect(alice), 'exchange_failed')
})

test('TE-10 an absurd lifetime is unknown, and never for ever', async ({
  alice,
  world,
  grants,
}) => {
  const { acme } = world.providers
  const expiry = async (bend: Bend) => {
    acme.reset()
    acme.ctl({ endpoint: 'token', ...bend })
    const before = Date.now()
    expectOk(await connect(alice))
    const [row] = await grants('alice')
    const at = row?.access_token_expires_at
    if (typeof at === 'number') {
      expect(at).toBeGreaterThan(before)
      return Math.round((at - before) / 1000)
    }
    return at
  }
  const tenYears = 315_360_000
  const unknown = [0, -1, -3600, 1e300, 1e13, null, '', '-5', '1e300', 'NaN', 'soon', [], {}, true]
  for (const expires_in of unknown)
    expect(await expiry({ merge: { expires_in } }), `${expires_in}`).toBeNull()
  expect(await expiry({ omit: ['expires_in'] })).toBeNull()
  for (const [given, kept] of [
    [3600, 3600],
    ['3600', 3600],
    [3600.5, 3600],
    [tenYears + 1, tenYears],
    ['999999999999', tenYears],
  ] as const) {
    const seconds = await expiry({ merge: { expires_in: given } })
    expect(Math.abs(Number(seconds) - kept), `${given} gave ${seconds}`).toBeLessThan(30)
  }
})

test('TE-13 nothing of a token response reaches the browser', async ({ alice, world }) => {
  const headers = {
    'set-cookie': ['evil=1; Path=/', '__session=stolen; Path=/'],
    location: `${world.attacker.url}/`,
    link: `<${world.attacker.url}/x.css>; rel=preload; as=style`,
    refresh: `0; url=${world.attacker.url}`,
    'x-evil': 'yes',
  }
  for (const more of [{}, { status: 400, body: '<script>evil()</script>' }]) {
    world.providers.acme.reset()
    world.providers.acme.ctl({ endpoint: 'token', headers, ...more })
    world.providers.acme.ctl({ endpoint: 'userinfo', headers })
    const answer = await connect(alice)
    expect(Object.keys(answer.headers)).not.toEqual(expect.arrayContaining(['x-evil']))
    expect(JSON.stringify([answer.headers, answer.body])).not.toMatch(/evil|stolen/)
    expect(JSON.stringify(answer.headers)).not.toContain(world.attacker.url)
    for (const name of ['link', 'refresh']) expect(answer.headers).not.toHaveProperty(name)
  }
})

test('TE-15 a token that wants DPoP is refused, and so is an entry that does', async ({
  alice,
  world,
  grants,
}) => {
  const { acme } = world.providers
  for (const token_type of ['DPoP', 'dpop']) {
    acme.reset()
    acme.ctl({ endpoint: 'token', merge: { token_type } })
    expectError(await connect(alice), 'exchange_failed')
    expect(await grants('alice')).toEqual([])
  }
  const entries = [{ ...scriptedEntry(acme), dpop: 'required' }]
  const file = await providersFile(entries)
  expect(await refusal(world, { PROVIDERS_FILE: file.path })).toMatch(/provider "acme"[^\n]*dpop/)
  await file.remove()
})
