import { disconnect } from '../disconnect.ts'
import { expect, test } from '../fixtures.ts'
import { approve, start, visitCallback } from '../flow.ts'
import { expectError, expectOk } from '../outcome.ts'
import { inOwnWorld } from '../own-world.ts'
import { headerOf, type LoggedRequest } from '../stand-in/request-log.ts'
import type { Rule } from '../stand-in/scripted/rules.ts'
import { clientEnv } from '../stand-in/start.ts'

const failures: Record<string, Omit<Rule, 'endpoint'>> = {
  'lost after it was processed': { drop_after_processing: true },
  'lost before': { template: 'drop' },
  'no answer': { template: 'stall' },
  'half an answer': { template: 'stall_body' },
  'too late': { delay_before_headers: 2500 },
  429: { status: 429, headers: { 'retry-after': '0' } },
  500: { status: 500 },
  502: { status: 502, template: 'html' },
  '503 with Retry-After': { status: 503, headers: { 'retry-after': '0' } },
  '408': { status: 408 },
  '425': { status: 425 },
  'a nonce is wanted': { status: 400, body: '{"error":"use_dpop_nonce"}' },
}

test('TE-11 a code is sent once, whatever comes of it', async ({ alice, world, grants }) => {
  const { acme } = world.providers
  for (const [what, failure] of Object.entries(failures))
    await test.step(what, async () => {
      acme.reset()
      acme.ctl({ endpoint: 'token', ...failure })
      const { authorizationUrl } = await start(alice)
      const callback = await approve(authorizationUrl)
      const { status, location } = await visitCallback(alice, callback)
      expect(status).toBe(303)
      expect(location?.searchParams.get('error')).toMatch(
        /^(exchange_failed|temporarily_unavailable)$/,
      )
      // A reload does not send it again either. A late second one would be counted in the next step.
      expectError(await visitCallback(alice, callback), 'invalid_state')
      expect(acme.calls('/token')).toHaveLength(1)
      expect(await grants('alice')).toEqual([])
    })
})

test('TE-12 the client authenticates by one method, and nothing of the user is passed on', async () => {
  const secret = 'a:b/+ %&é'
  await inOwnWorld({}, async ({ world, visit }) => {
    const { acme, par } = world.providers
    for (const provider of [acme, par]) Object.assign(provider.client, { secret })
    await world.restart({ ...clientEnv('acme', acme.client), ...clientEnv('par', par.client) })
    const alice = await visit('alice')
    const private_ = {
      authorization: 'Bearer users-own',
      'user-agent': 'Users-Browser/1.0',
      'x-forwarded-for': '203.0.113.9',
      'x-private': 'of the user',
      'accept-language': 'tlh',
      referer: 'https://users.test/',
    }
    for (const id of ['acme', 'par'] as const) {
      const { authorizationUrl } = await start(alice, id, undefined, private_)
      expectOk(await visitCallback(alice, await approve(authorizationUrl), private_))
      expect((await disconnect(alice, id)).outcome).toBe('revoked')
    }
    for (const entry of [...acme.log(), ...par.log()].filter(isFromApp)) expectImpersonal(entry)
    for (const path of ['/token', '/revoke']) {
      const [posted] = acme.calls(path)
      expect(new URLSearchParams(posted?.body).get('client_secret')).toBe(secret)
      expect(posted && headerOf(posted, 'authorization')).toBeUndefined()
    }
    for (const path of ['/par', '/token', '/revoke']) {
      const [basic] = par.calls(path)
      expect(basic && decodedBasic(basic)).toEqual([par.client.id, secret])
      expect(basic?.body).not.toContain('client_secret')
    }
  })
})

/** All but the browser's own visit of the consent page. */
function isFromApp({ path }: LoggedRequest): boolean {
  return path !== '/authorize'
}

function expectImpersonal(entry: LoggedRequest): void {
  const { path, url, method } = entry
  expect(url, 'nothing is in the URL').toBe(path)
  expect(headerOf(entry, 'cookie')).toBeUndefined()
  expect(headerOf(entry, 'user-agent')).toBe('Grantkeeper')
  expect(entry.rawHeaders.join('\n')).not.toMatch(/users|of the user|203\.0\.113\.9|tlh/i)
  if (method === 'POST')
    expect(headerOf(entry, 'content-type')).toMatch(/^application\/x-www-form-urlencoded/)
}

/** RFC 6749 §2.3.1: both are form-encoded, joined by a colon, and then in base64. */
function decodedBasic(entry: LoggedRequest): string[] {
  const [, encoded = ''] = /^Basic (\S+)$/.exec(headerOf(entry, 'authorization') ?? '') ?? []
  const parts = Buffer.from(encoded, 'base64').toString('utf8').split(':')
  return parts.map((part) => new URLSearchParams(`value=${part}`).get('value') ?? '')
}
