import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase } from '#db'
import { parseReturnTo } from '#lib/oauth/return-url'
import { findProvider } from '#lib/providers/provider'
import type { User } from '#lib/session'
import { addGrant, addUser, useDatabase } from '../testing/database.ts'
import { startThirdParties, type ThirdParties } from '../testing/third-parties.ts'
import { start } from './start.ts'

const base = 'https://app.test'
let parties: ThirdParties
let database: Database
let alice: User
beforeAll(async () => {
  parties = await startThirdParties()
})
afterAll(() => parties.close())
beforeEach(async () => {
  database = useDatabase(await openDatabase('file::memory:'))
  alice = await addUser(database, 'auth0|alice')
})
afterEach(() => database.close())

const begin = (given: { scope?: string; grant?: string } = {}, user = alice) =>
  start(user, {
    provider: findProvider('acme'),
    returnTo: parseReturnTo('/x', base),
    base,
    ...given,
  })
const invalid = expect.objectContaining({ code: 'invalid_request' })

test('MX-11 the attempt holds who, where from and where to, all from our own settings', async () => {
  const { transaction, location } = await begin()
  expect(transaction).toMatchObject({
    ...{ typ: 'transaction', mode: 'session', provider: 'acme', issuer: parties.acme.url },
    ...{
      login: 'https://login.test/',
      sub: 'auth0|alice',
      org: '',
      return_to: 'https://app.test/x',
      grant: undefined,
    },
    redirect_uri: 'https://app.test/api/integrations/acme/callback',
    scope: ['profile', 'files.read'],
  })
  expect(transaction.exp - transaction.iat).toBe(600)
  expect(new URL(location).searchParams.get('state')).toBe(transaction.state)
  expect(parties.acme.log()).toEqual([])
})

test('only scopes that the entry declares may be asked for besides', async () => {
  expect((await begin({ scope: 'files.write  profile' })).transaction.scope).toEqual([
    'profile',
    'files.read',
    'files.write',
  ])
  for (const scope of [
    'admin',
    'files.write admin',
    'FILES.WRITE',
    'files.write,profile',
    'openid',
  ])
    await expect(begin({ scope })).rejects.toEqual(invalid)
})

test('a reconnect asks for what the grant had asked for, as far as it is still declared', async () => {
  const grant = await addGrant(database, alice, { requestedScope: 'files.write bygone' })
  const { transaction } = await begin({ grant })
  expect(transaction).toMatchObject({ grant, scope: ['profile', 'files.read', 'files.write'] })
})

test('SA-12 only one’s own living grant of this provider can be reconnected', async () => {
  const mallory = await addUser(database)
  const mine = await addGrant(database, alice)
  const dead = await addGrant(database, alice, { status: 'disconnected' })
  const elsewhere = await addGrant(database, alice, { provider: 'whole' })
  await expect(begin({ grant: mine }, mallory)).rejects.toEqual(invalid)
  for (const grant of [dead, elsewhere, crypto.randomUUID(), '', '\0', "' or 1=1 --"])
    await expect(begin({ grant })).rejects.toEqual(invalid)
})

test('a flood of starts is stopped, with a time to come again; others are not', async () => {
  const flood = await addUser(database)
  const all = await Promise.allSettled(Array.from({ length: 601 }, () => begin({}, flood)))
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(600)
  await expect(begin({}, flood)).rejects.toMatchObject({
    code: 'rate_limited',
    retryAfterS: expect.any(Number),
  })
  expect((await begin()).location).toContain('state=')
})
