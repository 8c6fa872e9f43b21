import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { onEachDialect } from '#db/testing/dialects'
import { hashOf, newHandle, sealCompletion } from '#lib/oauth/completion'
import { resolveProvider } from '#lib/oauth/metadata'
import type { Transaction } from '#lib/oauth/transaction'
import { findProvider } from '#lib/providers/provider'
import type { User } from '#lib/session'
import { attemptOf } from '../testing/attempt.ts'
import { addUser, useDatabase } from '../testing/database.ts'
import { startThirdParties, type ThirdParties } from '../testing/third-parties.ts'
import { complete } from './complete.ts'
import { hold } from './hold.ts'

let parties: ThirdParties
beforeAll(async () => {
  parties = await startThirdParties()
})
afterAll(() => parties.close())
beforeEach(() => parties.acme.reset())

const origin = 'https://spa.test'
const verifier = 'v'.repeat(43)
// base64url(SHA-256('v' × 43))
const challenge = Buffer.from(
  await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier)),
).toString('base64url')
const calls = () => parties.acme.calls('/token').length

onEachDialect('what a SPA began', (open) => {
  const given = async (values: Partial<Transaction> = {}) => {
    const database = useDatabase(await open())
    const user = await addUser(database)
    const provider = findProvider('acme')
    const { configHash } = await resolveProvider(provider)
    const transaction = attemptOf({
      ...{ mode: 'ticket', challenge, sub: user.sub, config: configHash },
      ...{ issuer: parties.acme.url, return_to: `${origin}/connected`, scope: ['profile'] },
      ...values,
    })
    const attempt = { provider, transaction, response: { code: 'C', iss: parties.acme.url } }
    return { database, user, provider, transaction, attempt }
  }
  /** Puts a code there as the callback would, whatever the attempt is. */
  const held = async (at: Awaited<ReturnType<typeof given>>, expiresAt = Date.now() + 60_000) => {
    const { handle, hash } = newHandle()
    const sealed = await sealCompletion({ transaction: at.transaction, code: 'C' })
    const { db, tables } = at.database
    const { sub, org } = at.user
    await db.insert(tables.completions).values({ hash, sealed, sub, org, expiresAt })
    return { handle, verifier, origin, provider: at.provider }
  }
  const refused = { code: 'invalid_ticket' }

  test('ST-09 the callback keeps the code, sealed, and asks the provider nothing', async () => {
    const at = await given()
    const handle = await hold(at.attempt)
    const { db, tables } = at.database
    const [row] = await db.select().from(tables.completions)
    expect(row).toMatchObject({ hash: hashOf(handle), sub: at.user.sub, org: '' })
    expect(row?.sealed).not.toContain('"C"')
    expect(calls()).toBe(0)
    await expect(hold(at.attempt)).rejects.toMatchObject({ code: 'invalid_state' })
  })

  test('WD-11 a code of 12 kB waits for its SPA too', async () => {
    const at = await given()
    const code = 'c'.repeat(12_288)
    const handle = await hold({ ...at.attempt, response: { code, iss: parties.acme.url } })
    const wish = { handle, verifier, origin, provider: at.provider }
    await expect(complete(at.user, wish)).rejects.toMatchObject({ code: 'exchange_failed' })
    const [call] = parties.acme.calls('/token')
    expect(new URLSearchParams(call?.body).get('code')).toBe(code)
  })

  test('ST-09 what a session began waits for no SPA, and is redeemed for none', async () => {
    const at = await given({ mode: 'session' })
    await expect(hold(at.attempt)).rejects.toMatchObject({ code: 'invalid_state' })
    await expect(complete(at.user, await held(at))).rejects.toMatchObject(refused)
    expect(calls()).toBe(0)
  })

  test.each<[string, (wish: Awaited<ReturnType<typeof held>>) => object]>([
    ['another origin', () => ({ origin: 'https://other.test' })],
    ['another verifier', () => ({ verifier: 'w'.repeat(43) })],
    ['another provider', () => ({ provider: findProvider('mute') })],
    ['another handle', () => ({ handle: newHandle().handle })],
  ])('ST-09 %s: nothing is redeemed', async (_, change) => {
    const at = await given()
    const wish = await held(at)
    await expect(complete(at.user, { ...wish, ...change(wish) })).rejects.toMatchObject(refused)
    expect(calls()).toBe(0)
  })

  test('AU-22 the user of the same name at another login issuer burns it', async () => {
    const at = await given()
    const wish = await held(at)
    const other: User = { ...at.user, issuer: 'https://new-login.test/' }
    await expect(complete(other, wish)).rejects.toMatchObject(refused)
    await expect(complete(at.user, wish)).rejects.toMatchObject(refused)
    expect(calls()).toBe(0)
  })

  test('ST-09 another user burns it; late it is nothing', async () => {
    const at = await given()
    const wish = await held(at)
    const other: User = await addUser(at.database)
    await expect(complete(other, wish)).rejects.toMatchObject(refused)
    await expect(complete(at.user, wish)).rejects.toMatchObject(refused)
    await expect(complete(at.user, await held(at, 1))).rejects.toMatchObject(refused)
    expect(calls()).toBe(0)
  })
})
