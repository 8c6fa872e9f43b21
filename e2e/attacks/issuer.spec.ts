import { expectBurned, withParameters } from '../burned.ts'
import { expect, test } from '../fixtures.ts'
import { approve, connect, start, visitCallback } from '../flow.ts'
import { expectError, expectOk } from '../outcome.ts'
import { reconfigure } from '../reconfigure.ts'

for (const provider of ['acme', 'openid', 'par'] as const)
  test(`MX-04 the iss of another server is refused at ${provider}, and the flow burned`, async ({
    alice,
    tokenCalls,
    grants,
  }) => {
    const { authorizationUrl } = await start(alice, provider, '/activity')
    const callback = await approve(authorizationUrl)
    const cookies = alice.jar.all()
    const wrong = withParameters(callback, { iss: 'https://evil.test' })
    expectError(await visitCallback(alice, wrong), 'issuer_mismatch', '/activity')
    await expectBurned(alice, { cookies, callback, returnTo: '/activity' })
    expect(tokenCalls(provider)).toBe(0)
    expect(await grants('alice', provider)).toEqual([])
  })

test('MX-05 a missing iss is refused where it is promised, and accepted elsewhere', async ({
  alice,
  tokenCalls,
  grants,
}) => {
  const asked = await start(alice)
  const stripped = withParameters(await approve(asked.authorizationUrl), { iss: undefined })
  expectError(await visitCallback(alice, stripped), 'issuer_mismatch')
  expect(tokenCalls('acme')).toBe(0)
  expect(await grants('alice', 'acme')).toEqual([])

  const atPlain = await approve((await start(alice, 'plain')).authorizationUrl)
  expect(atPlain.searchParams.has('iss')).toBe(false)
  expectOk(await visitCallback(alice, atPlain))
  expect(await grants('alice', 'plain')).toHaveLength(1)
})

test('MX-05 a promise of iss in the metadata alone is enough to refuse its absence', async ({
  alice,
  world,
  tokenCalls,
}) => {
  const restore = await reconfigure(world, {
    entries: { openid: { iss_parameter_supported: false } },
  })
  try {
    const { authorizationUrl } = await start(alice, 'openid')
    const stripped = withParameters(await approve(authorizationUrl), { iss: undefined })
    expectError(await visitCallback(alice, stripped), 'issuer_mismatch')
    expect(tokenCalls('openid')).toBe(0)
  } finally {
    await restore()
  }
})

test.describe('with an issuer whose name could be written otherwise', () => {
  const issuer = 'https://acme.test'
  let restore = async () => {}
  test.beforeAll(async ({ world }) => {
    restore = await reconfigure(world, { entries: { acme: { issuer } } })
  })
  test.afterAll(() => restore())

  test('MX-06 iss is compared byte by byte', async ({ alice, tokenCalls, grants }) => {
    const others = [
      'https://acme.test/',
      'https://ACME.test',
      'HTTPS://acme.test',
      'https://acme.test:443',
      'https://%61cme.test',
      'https://acme.test.',
      'https://acme.test?',
      'https://acme.test#',
      ' https://acme.test',
      'https://acme.test\u0000',
      '',
    ]
    for (const iss of others) {
      const { authorizationUrl } = await start(alice)
      const callback = withParameters(await approve(authorizationUrl), { iss })
      expectError(await visitCallback(alice, callback), 'issuer_mismatch')
    }
    expect(tokenCalls('acme')).toBe(0)
    expect(await grants('alice', 'acme')).toEqual([])
  })

  test('MX-06 two iss parameters are refused, whatever they say', async ({ alice, tokenCalls }) => {
    const { authorizationUrl } = await start(alice)
    const callback = withParameters(await approve(authorizationUrl), { iss: issuer })
    for (const second of [issuer, 'https://evil.test', '']) {
      const twice = new URL(callback)
      twice.searchParams.append('iss', second)
      expectError(await visitCallback(alice, twice), 'invalid_request')
    }
    expect(tokenCalls('acme')).toBe(0)
    // Only the iss was wrong with all of these.
    expectOk(await visitCallback(alice, callback))
  })
})

test('MX-07 an error response is believed only from the provider that was asked', async ({
  alice,
  stranger,
  tokenCalls,
  grants,
}) => {
  expectOk(await connect(alice))
  const before = await grants('alice')
  const { authorizationUrl, cookieName } = await start(alice, 'acme', '/activity')
  const callback = await approve(authorizationUrl)
  const forged = withParameters(callback, { code: undefined, error: 'access_denied' })

  expectError(await visitCallback(stranger, forged), 'invalid_state')
  const cookies = alice.jar.all()
  alice.jar.remove(cookieName)
  expectError(await visitCallback(alice, forged), 'invalid_state')
  alice.jar.restore(cookies)

  const foreign = withParameters(forged, { iss: 'https://evil.test' })
  expectError(await visitCallback(alice, foreign), 'issuer_mismatch', '/activity')

  const again = await approve((await start(alice, 'acme', '/activity')).authorizationUrl)
  const genuine = withParameters(again, { code: undefined, error: 'access_denied' })
  expectError(await visitCallback(alice, genuine), 'access_denied', '/activity')

  expect(tokenCalls('acme')).toBe(1)
  expect(await grants('alice')).toEqual(before)
})
