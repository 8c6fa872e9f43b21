import type { ErrorCode } from '#lib/errors'
import { expect, test } from '../fixtures.ts'
import { approve, requestStart, start, visitCallback } from '../flow.ts'
import { expectError, expectOk } from '../outcome.ts'
import { headerOf } from '../stand-in/request-log.ts'
import type { Rule } from '../stand-in/scripted/rules.ts'

test('MX-23 what is pushed shows nothing in front but the client and a name that works once', async ({
  alice,
  world,
}) => {
  const { par } = world.providers
  const first = await start(alice, 'par')
  const second = await start(alice, 'par')
  for (const { authorizationUrl } of [first, second]) {
    expect([...authorizationUrl.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri'])
    expect(authorizationUrl.searchParams.get('client_id')).toBe(par.client.id)
    expect(authorizationUrl.searchParams.get('request_uri')).toMatch(/^urn:/)
  }
  expect(first.authorizationUrl.href).not.toBe(second.authorizationUrl.href)

  const [pushed] = par.calls('/par')
  const form = new URLSearchParams(pushed?.body)
  expect([...form.keys()].sort()).toEqual([
    'client_id',
    'code_challenge',
    'code_challenge_method',
    'redirect_uri',
    'response_type',
    'scope',
    'state',
  ])
  expect(pushed && headerOf(pushed, 'authorization'), 'the client proves itself').toMatch(/^Basic /)

  const callback = await approve(first.authorizationUrl)
  await expect(approve(first.authorizationUrl), 'a second use').rejects.toThrow('answered 400')
  expectOk(await visitCallback(alice, callback))
})

type Case = Omit<Rule, 'endpoint'> & { code: ErrorCode }

const json = (value: unknown) => JSON.stringify(value)
const request_uri = 'urn:ietf:params:oauth:request_uri:x'
const failures: Record<string, Case> = {
  'status 500': { status: 500, code: 'temporarily_unavailable' },
  'status 429': { status: 429, code: 'temporarily_unavailable' },
  'no answer in time': { template: 'stall', code: 'temporarily_unavailable' },
  'a broken connection': { template: 'drop', code: 'temporarily_unavailable' },
  '200 without request_uri': { status: 200, body: '{"expires_in":60}', code: 'provider_error' },
  '201 without request_uri': { status: 201, body: '{"expires_in":60}', code: 'provider_error' },
  '201 without a lifetime': { status: 201, body: json({ request_uri }), code: 'provider_error' },
  'a request_uri at evil.test': {
    merge: { request_uri: 'https://evil.test' },
    code: 'provider_error',
  },
  'an empty request_uri': { merge: { request_uri: '' }, code: 'provider_error' },
  'a page': { template: 'html', code: 'provider_error' },
  'a redirect': { redirect_to: 'https://evil.test/par', code: 'provider_error' },
  'a refusal': { status: 400, body: json({ error: 'invalid_request' }), code: 'provider_error' },
  'a refusal of our client': {
    status: 401,
    body: json({ error: 'invalid_client' }),
    code: 'provider_error',
  },
}

for (const [name, { code, ...rule }] of Object.entries(failures))
  test(`MX-23 a push that ends with ${name} ends the start, with nothing in the clear`, async ({
    alice,
    world,
  }) => {
    const { par, evil } = world.providers
    par.ctl({ endpoint: 'par', ...rule })
    expectError(await requestStart({ visitor: alice, provider: 'par' }), code)
    expect(par.calls('/par')).toHaveLength(1)
    expect(par.calls('/authorize')).toEqual([])
    expect([...evil.log(), ...world.attacker.log]).toEqual([])
    // And once the provider is well again, so is the start.
    par.reset()
    await start(alice, 'par')
  })
