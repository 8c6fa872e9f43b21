import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from '#db'
import { createKey, revokeKey } from './api-keys.ts'
import { callerOf, ownCaller } from './callers.ts'
import { useDatabase } from './testing/database.ts'
import { audience, startIssuer, type TestIssuer } from './testing/issuer.ts'
import { stubSettings } from './testing/settings.ts'

let issuer: TestIssuer

beforeAll(async () => {
  issuer = await startIssuer()
  const local = { ALLOW_INSECURE_LOCALHOST: 'true', AUTH0_DOMAIN: issuer.url.slice(0, -1) }
  stubSettings({ ...local, AUTH0_AUDIENCE: audience, M2M_CLIENTS: 'jobs, more-jobs' })
  useDatabase(await openDatabase('file::memory:'))
})
afterAll(() => issuer.close())

const ask = (headers: Record<string, string>) => callerOf({ headers: new Headers(headers) })
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

test("a machine may vend what its token's scopes name", async () => {
  const jwt = await issuer.mint({ scope: 'read:x vend:acme vend:git-hub', org_id: 'org_1' })
  const caller = await ask(bearer(jwt))
  expect(caller).toMatchObject({ kind: 'machine', name: 'jobs', org: 'org_1', issuer: issuer.url })
  expect(['acme', 'git-hub', 'github', 'read:x', '*', ''].filter(caller.mayVend)).toEqual([
    'acme',
    'git-hub',
  ])
})

test('vend:* is every provider', async () => {
  const caller = await ask(bearer(await issuer.mint({ scope: 'vend:*' })))
  expect(caller.mayVend('anything')).toBe(true)
  expect(caller.org).toBeUndefined()
})

test('a key may vend what it was made for, under its own name', async () => {
  const made = await createKey({ name: 'Nightly import', providers: ['acme'], org: 'org_1' })
  const caller = await ask(bearer(made?.key ?? ''))
  const { kind, name, org, mayVend } = caller
  expect({ kind, name, org }).toEqual({ kind: 'key', name: 'Nightly import', org: 'org_1' })
  expect(caller.issuer).toBe(issuer.url)
  expect([mayVend('acme'), mayVend('github'), mayVend('acme github')]).toEqual([true, false, false])
  await revokeKey('Nightly import')
  await expect(ask(bearer(made?.key ?? ''))).rejects.toMatchObject({ code: 'login_required' })
})

test("this app's own code states a purpose", () => {
  const caller = ownCaller('Weekly summary')
  expect(caller).toMatchObject({ kind: 'own', name: 'Weekly summary', org: undefined })
  expect([caller.issuer, caller.mayVend('acme')]).toEqual([issuer.url, true])
})

test.each([
  ["a user's token", { sub: 'auth0|alice', gty: null, azp: 'spa' }],
  ["a user's token that has the scope, from a listed client", { sub: 'auth0|alice', gty: null }],
  ['a machine that is not listed', { sub: 'else@clients', azp: 'else' }],
  ['a machine whose name begins as a listed one', { sub: 'job@clients', azp: 'job' }],
  ['a machine without any scope', { scope: null }],
  ['a machine with other scopes', { scope: 'vend vend: xvend:acme VEND:acme read:acme' }],
])('%s may not vend', async (_, claims) => {
  await expect(ask(bearer(await issuer.mint(claims)))).rejects.toMatchObject({ code: 'forbidden' })
})

test.each([
  ['nothing', {}],
  ['no scheme', { authorization: 'x' }],
  ['another scheme', { authorization: 'Basic Og==' }],
  ['no token', { authorization: 'Bearer ' }],
  ['the scheme alone', { authorization: 'bearer' }],
  ['two tokens', { authorization: 'Bearer a b' }],
  ['two headers', { authorization: 'Bearer a, Bearer b' }],
  ['an escape', { authorization: 'Bearer %' }],
  ['dots', { authorization: 'Bearer ...' }],
  ['an endless token', { authorization: `Bearer ${'x'.repeat(10_000)}` }],
  ['a key with a typing error', { authorization: `Bearer gk_${'A'.repeat(43)}_AAAAAA` }],
  ['a session', { cookie: '__session=x' }],
])('SA-06 %s says nobody', async (_, headers) => {
  await expect(ask(headers)).rejects.toMatchObject({ code: 'login_required' })
})

test('a browser never vends, whatever it holds', async () => {
  const { authorization } = bearer(await issuer.mint())
  await ask({ authorization })
  for (const name of ['origin', 'sec-fetch-site', 'sec-fetch-dest', 'sec-fetch-user', 'cookie'])
    await expect(ask({ authorization, [name]: 'null' })).rejects.toMatchObject({
      code: 'forbidden',
    })
})

test('the fetch of Node is no browser', async () => {
  const { authorization } = bearer(await issuer.mint())
  expect((await ask({ authorization, 'sec-fetch-mode': 'cors' })).name).toBe('jobs')
})
