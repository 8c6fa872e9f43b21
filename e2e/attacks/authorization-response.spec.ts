import { withParameters } from '../burned.ts'
import { expect, test } from '../fixtures.ts'
import { approve, newTransactionCookies, start, visitCallback } from '../flow.ts'
import { expectError, expectOk } from '../outcome.ts'
import { rawGet, rawRequest } from '../raw-request.ts'

const tokensInFront: Record<string, string> = {
  access_token: 'AT_cnry_acme_front',
  id_token: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4ifQ.',
  token: 'AT_cnry_acme_front',
  refresh_token: 'RT_cnry_acme_front',
  response: 'eyJhbGciOiJub25lIn0.eyJjb2RlIjoiQyJ9.',
}

for (const [name, value] of Object.entries(tokensInFront))
  test(`MX-14 ${name} in the front channel is refused, with a code beside it too`, async ({
    alice,
    tokenCalls,
    grants,
  }) => {
    const { authorizationUrl } = await start(alice)
    expect(authorizationUrl.searchParams.get('response_type')).toBe('code')
    const callback = await approve(authorizationUrl)
    const alone = withParameters(callback, { code: undefined, [name]: value })
    expectError(await visitCallback(alice, alone), 'invalid_request')
    const beside = withParameters(callback, { [name]: value })
    expectError(await visitCallback(alice, beside), 'invalid_request')
    expect(tokenCalls('acme')).toBe(0)
    expect(await grants('alice')).toEqual([])
  })

test('MX-15 an error wins over a code beside it', async ({ alice, tokenCalls, grants }) => {
  const { authorizationUrl } = await start(alice, 'acme', '/activity')
  const both = withParameters(await approve(authorizationUrl), { error: 'access_denied' })
  expect(both.searchParams.get('code')).toBeTruthy()
  expectError(await visitCallback(alice, both), 'access_denied', '/activity')
  expect(tokenCalls('acme')).toBe(0)
  expect(await grants('alice')).toEqual([])
})

for (const [name, code] of [
  ['no code', undefined],
  ['an empty code', ''],
] as const)
  test(`MX-15 a response with ${name} and no error is refused`, async ({ alice, tokenCalls }) => {
    const { authorizationUrl } = await start(alice, 'acme', '/activity')
    const callback = withParameters(await approve(authorizationUrl), { code })
    expectError(await visitCallback(alice, callback), 'invalid_request', '/activity')
    expect(tokenCalls('acme')).toBe(0)
  })

test('MX-15 an oversized code is refused', async ({ alice, world, tokenCalls }) => {
  const { authorizationUrl } = await start(alice)
  const callback = await approve(authorizationUrl)
  const over = withParameters(callback, { code: 'c'.repeat(12_289) })
  expectError(await visitCallback(alice, over), 'invalid_request')
  const huge = withParameters(callback, { code: 'c'.repeat(102_400) })
  const cookies = [`Cookie: ${alice.jar.header(huge)}`]
  const bytes = rawGet(huge.pathname + huge.search, cookies)
  // The server itself refuses headers over 16 KiB, and may hang up before it is read to the end.
  const answer = await rawRequest({ port: world.app.port, bytes }).catch(() => '')
  expect(answer).toMatch(/^(HTTP\/1\.1 431 |$)/)
  expect(tokenCalls('acme')).toBe(0)
  // Neither was taken for an answer to this flow.
  expectOk(await visitCallback(alice, callback))
})

const oddPaths: Record<string, string> = {
  'in upper case': '/api/integrations/ACME',
  'with a NUL': '/api/integrations/acme%00',
  'with a space': '/api/integrations/acme%20',
  'with an encoded slash': '/api/integrations/acme%2f',
  'with encoded dots to another': '/api/integrations/acme%2f..%2fevil',
  'with encoded dots to itself': '/api/integrations/..%2facme',
  'that is __proto__': '/api/integrations/__proto__',
  'that is constructor': '/api/integrations/constructor',
  'that is toString': '/api/integrations/toString',
  'with a matrix parameter': '/api/integrations/acme;x=1',
  'with an encoded fragment': '/api/integrations/acme%23x',
  'with doubled slashes': '//api//integrations/acme',
  'of ten kilobytes': `/api/integrations/${'a'.repeat(10_240)}`,
  'of an emoji': '/api/integrations/%F0%9F%8E%B8',
}

for (const [name, path] of Object.entries(oddPaths))
  test(`MX-16 a provider id ${name} is unknown at start and at callback`, async ({
    alice,
    world,
    exceptFromInvariants,
    tokenCalls,
  }) => {
    const { state } = await start(alice)
    for (const route of ['start?return_to=/activity', `callback?code=X&state=${state}`]) {
      const answer = await alice.get(`${world.appUrl}${path}/${route}`, {
        headers: {
          'sec-fetch-site': 'same-origin',
          'sec-fetch-mode': 'navigate',
          'sec-fetch-dest': 'document',
        },
      })
      expect(newTransactionCookies(answer)).toEqual([])
      expect(answer.location?.origin ?? world.appUrl).toBe(world.appUrl)
      if (answer.status === 303) expectError(answer, 'unknown_provider')
      else {
        exceptFromInvariants(answer, 'the framework answered, before any route')
        expect([308, 400, 404]).toContain(answer.status)
      }
    }
    expect(tokenCalls('acme')).toBe(0)
  })
