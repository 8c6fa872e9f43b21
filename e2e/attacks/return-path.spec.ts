import { expect, test } from '../fixtures.ts'
import { approve, visitCallback } from '../flow.ts'
import { expectError } from '../outcome.ts'
import { rawGet, rawRequest } from '../raw-request.ts'
import {
  askedOf,
  expectAllRefused,
  expectLanding,
  expectRefused,
  startTowards,
  startWithQuery,
} from '../return-to.ts'

test('RU-10 dot segments and empty segments that could become a host are refused', async ({
  alice,
  world,
}) => {
  await expectAllRefused(alice, world, [
    '/.//evil.test',
    '/..//evil.test',
    '/.///evil.test',
    '/x/..//evil.test',
    'https://spa.test//evil.test',
    'https://spa.test///evil.test',
    `${world.appUrl}//evil.test`,
    `${world.appUrl}///evil.test`,
    '/./%5Cevil.test',
    '/%2e//evil.test',
    '/x/%2E%2e//evil.test',
    'https://spa.test/app/..//evil.test',
  ])
})

test('RU-11 what is encoded twice stays encoded, on the app itself', async ({ alice, world }) => {
  for (const returnTo of [
    '/%2F%2Fevil.test',
    '/%5Cevil.test',
    '/%252F%252Fevil.test',
    '/a?next=%2F%2Fevil.test',
  ]) {
    const { headers } = await expectLanding(alice, returnTo, returnTo)
    const start = `${world.appUrl}${returnTo}${returnTo.includes('?') ? '&' : '?'}`
    expect(headers.location).toBe(`${start}integration=acme&status=connected#`)
  }
})

test('RU-11 decoded once, they are refused as what they are', async ({ alice, world }) => {
  for (const written of ['/%2F%2Fevil.test', '/%5Cevil.test', '%2F%2Fevil.test'])
    await expectRefused(alice, world, `return_to=${written}`)
})

test('RU-13 an outcome that is smuggled in is replaced by the real one', async ({
  alice,
  world,
}) => {
  const forged = 'integration=evil&status=connected&error=none&code=CODE&state=STATE'
  const encoded = '%73tatus=connected&s%74ate=x&integr%61tion=x'
  world.providers.acme.ctl({ endpoint: 'authorize', merge: { error: 'access_denied' } })
  const refused = await attempt(`/integrations?a=1&${forged}&b=2&${encoded}&status=connected`)
  expect(refused).toBe(
    `${world.appUrl}/integrations?a=1&b=2&integration=acme&status=error&error=access_denied#`,
  )
  world.providers.acme.reset()
  expect(await attempt(`https://spa.test/app?${forged}&${encoded}#tab`)).toBe(
    'https://spa.test/app?integration=acme&status=connected#tab',
  )

  async function attempt(returnTo: string): Promise<string | undefined> {
    const { location } = await startTowards(alice, returnTo)
    if (!location) throw new Error('start gave no Location')
    return (await visitCallback(alice, await approve(location))).headers.location
  }
})

test('RU-14 return_to twice or as a list is refused', async ({ alice, world }) => {
  for (const query of [
    'return_to=/ok&return_to=https://evil.test',
    'return_to=https://evil.test&return_to=/ok',
    'return_to=/ok&return_to=/ok',
    'return_to=/ok&return_to=',
    'return_to[]=/ok',
    'return_to[]=https://evil.test',
    'return_to[0]=https://evil.test',
    'return_to%5B%5D=https://evil.test',
    'return_to=/ok&return_to[]=https://evil.test',
  ])
    expectError(await startWithQuery(alice, query), 'invalid_return_to')
  for (const query of [
    'return_to=/ok&return_to=https://evil.test',
    'return_to=https://evil.test&return_to=/ok',
  ])
    await expectRefused(alice, world, query)
  expect(askedOf(world)).toEqual([])
})

test('RU-15 a malformed URL is refused, and breaks nothing', async ({ alice, world }) => {
  await expectAllRefused(alice, world, [
    'http://[',
    'https://%',
    'https://',
    'https://exa mple.com',
    'https://[::1',
    'https://spa.test:port/app',
    '/%',
    '/%ff',
    `/${'a'.repeat(512)}`,
    `https://spa.test/app?${'ü'.repeat(400)}`,
  ])
  for (const written of ['%ff', '/%ff', '/%ED%A0%80', '/%C0%AF/evil.test', '%', '%E0%A4%A'])
    await expectRefused(alice, world, `return_to=${written}`)
})

test('RU-15 a URL of 100 kB is refused within seconds, by a 4xx or by us', async ({
  alice,
  world,
}) => {
  const path = `/api/integrations/acme/start?return_to=/${'a'.repeat(100_000)}`
  const answer = await rawRequest({ port: world.app.port, bytes: rawGet(path) }, 10_000)
  expect(answer).toMatch(/^HTTP\/1\.1 (303|4\d\d) /)
  await expectRefused(alice, world, `return_to=/${'a'.repeat(8000)}`)
})

test('RU-16 without a return_to the integrations page is it', async ({ alice, world }) => {
  for (const query of ['', 'return_to=', 'return_to', 'Return_To=https://evil.test']) {
    const { location } = await startWithQuery(alice, query)
    if (!location) throw new Error('start gave no Location')
    const end = await visitCallback(alice, await approve(location))
    expect(end.headers.location).toBe(
      `${world.appUrl}/integrations?integration=acme&status=connected#`,
    )
  }
})

test('RU-17 routes that act are no return URLs', async ({ alice, world }) => {
  const paths = [
    '/api/integrations/acme/start?return_to=/x',
    '/api/integrations/acme/callback?code=x',
    '/auth/logout',
    '/auth/login?returnTo=//evil.test',
    '/api',
    '/api/health',
    '/AUTH/logout',
    '/%61uth/logout',
    '/auth%2flogout',
    '/%2fauth/logout',
    '/me/v1/connected-accounts',
    '/my-org/members',
    '/_next/image?url=//evil.test',
  ]
  await expectAllRefused(alice, world, paths)
  await expectAllRefused(alice, world, [
    ...paths.map((path) => `${world.appUrl}${path}`),
    `${world.appUrl.toUpperCase()}/auth/logout`,
  ])
})

test('RU-18 an entry with a path covers that path and what is below it', async ({
  alice,
  world,
}) => {
  await expectAllRefused(alice, world, [
    'https://spa.test/go?u=//evil',
    'https://spa.test/app/../go',
    'https://spa.test/app/%2e%2e/go',
    'https://spa.test/application',
    'https://spa.test/app%2f..%2fgo',
    'https://spa.test/app/..%2fgo',
    'https://spa.test/app/%2e%2e%2fgo',
    'https://spa.test/app;x/go',
    'https://spa.test/APP',
    'https://spa.test/',
    'https://spa.test',
    'https://spa.test//app',
  ])
  for (const returnTo of [
    'https://spa.test/app',
    'https://spa.test/app/',
    'https://spa.test/app/x',
  ])
    await expectLanding(alice, returnTo, returnTo)
})
