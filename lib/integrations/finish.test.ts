import { eq } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Database, openDatabase } from '#db'
import { authorizationUrl } from '#lib/oauth/authorization'
import { resolveProvider } from '#lib/oauth/metadata'
import type { Transaction } from '#lib/oauth/transaction'
import { findProvider } from '#lib/providers/provider'
import type { User } from '#lib/session'
import { attemptOf } from '../testing/attempt.ts'
import { addGrant, addUser, useDatabase } from '../testing/database.ts'
import { redirectUri, startThirdParties, type ThirdParties } from '../testing/third-parties.ts'
import type { Attempt } from './attempt.ts'
import { finish } from './finish.ts'

let parties: ThirdParties
let database: Database
let alice: User
beforeAll(async () => {
  parties = await startThirdParties({ TOKEN_DEADLINE_MS: '1000', LEASE_MS: '3000' })
})
afterAll(() => parties.close())
beforeEach(async () => {
  parties.acme.reset()
  database = useDatabase(await openDatabase('file::memory:'))
  alice = await addUser(database, 'auth0|alice')
})
afterEach(() => database.close())

const refusal = (code: string) => expect.objectContaining({ code })

test('a good response is redeemed once, and the grant kept', async () => {
  await finish(alice, await approved())
  expect([calls('/token'), calls('/revoke')]).toEqual([1, 0])
  expect(await grants()).toMatchObject([{ accountId: 'acme_ann', accountLabel: 'Ann', version: 1 }])
})

test('ST-04 ST-05 of many at once one goes on; afterwards none', async () => {
  const attempt = await approved()
  parties.acme.ctl({ endpoint: 'token', delay_before_headers: 50 })
  const all = await Promise.allSettled(Array.from({ length: 20 }, () => finish(alice, attempt)))
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  await expect(finish(alice, attempt)).rejects.toEqual(refusal('invalid_state'))
  expect(calls('/token')).toBe(1)
  expect(await grants()).toMatchObject([{ version: 1 }])
})

describe('what does not belong together is refused, uses the attempt up, and asks nobody', () => {
  const refused = async (user: User | null, attempt: Attempt, code: string): Promise<void> => {
    await expect(finish(user, attempt)).rejects.toEqual(refusal(code))
    await expect(finish(alice, attempt)).rejects.toEqual(refusal('invalid_state'))
    expect([calls('/token'), await grants()]).toEqual([0, []])
  }

  test('ST-06 a late response', async () => {
    const attempt = await approved()
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.advanceTimersByTime(601_000)
    await refused(alice, attempt, 'expired_state')
    vi.useRealTimers()
  })

  test('ST-11 nobody is logged in', async () => {
    await refused(null, await approved(), 'login_required')
  })

  test('ST-10 another user, or another organization', async () => {
    const bob = await addUser(database, 'auth0|bob')
    await refused(bob, await approved(), 'session_mismatch')
    await refused({ ...alice, org: 'org' }, await approved(), 'session_mismatch')
  })

  test('AU-22 the user of the same name at another login issuer', async () => {
    const other = { ...alice, issuer: 'https://new-login.test/' }
    await refused(other, await approved(), 'session_mismatch')
  })

  test('MX-01 MX-02 the callback of another provider', async () => {
    const attempt = await approved()
    await refused(alice, { ...attempt, provider: findProvider('mute') }, 'provider_mismatch')
  })

  test('MX-09 an entry that was changed since', async () => {
    await refused(alice, await approved({ config: 'of yesterday' }), 'provider_mismatch')
  })

  test.each(['evil', '/', 'upper', '', undefined])('MX-04 MX-05 MX-06 the iss %j', async (kind) => {
    const attempt = await approved()
    const { url } = parties.acme
    const odd: Record<string, string> = {
      evil: 'https://evil.test',
      '/': `${url}/`,
      upper: url.toUpperCase(),
    }
    const iss = kind === undefined ? undefined : (odd[kind] ?? '')
    await refused(alice, { ...attempt, response: { code: 'C', iss } }, 'issuer_mismatch')
  })

  test('MX-07 an error of the wrong issuer is not believed, one of the right issuer is', async () => {
    const wrong = { error: 'access_denied', iss: 'https://evil.test' }
    await refused(alice, { ...(await approved()), response: wrong }, 'issuer_mismatch')
    const right = { error: 'access_denied', iss: parties.acme.url }
    await refused(alice, { ...(await approved()), response: right }, 'access_denied')
  })

  test('MX-15 an error goes before a code; neither, or an empty code, is no response', async () => {
    const { url: iss } = parties.acme
    const both = { error: 'access_denied', code: 'C', iss }
    await refused(alice, { ...(await approved()), response: both }, 'access_denied')
    await refused(alice, { ...(await approved()), response: { iss } }, 'invalid_request')
    await refused(alice, { ...(await approved()), response: { code: '', iss } }, 'invalid_request')
  })
})

describe('what was received and is not kept is revoked', () => {
  test('MX-21 a grant below the required scope', async () => {
    const attempt = await approved()
    parties.acme.ctl({ endpoint: 'token', merge: { scope: 'files.read' } })
    await expect(finish(alice, attempt)).rejects.toEqual(refusal('insufficient_scope'))
    expect([calls('/revoke'), await grants()]).toEqual([1, []])
  })

  test('identity that cannot be had', async () => {
    const attempt = await approved()
    parties.acme.ctl({
      endpoint: 'userinfo',
      status: 401,
      headers: { 'www-authenticate': 'Bearer' },
    })
    await expect(finish(alice, attempt)).rejects.toEqual(refusal('exchange_failed'))
    expect([calls('/revoke'), await grants()]).toEqual([1, []])
  })

  test('MX-19 another account than the one to be reconnected', async () => {
    const grant = await addGrant(database, alice, { accountId: 'acme_zoe' })
    const attempt = await approved({ grant })
    await expect(finish(alice, attempt)).rejects.toEqual(refusal('account_mismatch'))
    expect(calls('/revoke')).toBe(1)
    expect(await grants()).toMatchObject([{ id: grant, version: 1, status: 'active' }])
  })

  test('ST-12 a user who was switched off during the exchange', async () => {
    const attempt = await approved()
    const { db, tables } = database
    const during = async () => void (await db.update(tables.users).set({ disabledAt: 1 }))
    parties.acme.ctl({ endpoint: 'token', during })
    await expect(finish(alice, attempt)).rejects.toEqual(refusal('access_denied'))
    expect([calls('/revoke'), await grants()]).toEqual([1, []])
    expect(parties.acme.families.at(-1)?.isEnded).toBe(true)
  })

  test('RV-06 tokens that the database would not take', async () => {
    const attempt = await approved()
    const broken = () =>
      Promise.reject(Object.assign(new Error('x'), { code: 'storage_unavailable' }))
    const during = () => void useDatabase({ ...database, atomically: broken })
    parties.acme.ctl({ endpoint: 'token', during })
    await expect(finish(alice, attempt)).rejects.toEqual(refusal('storage_unavailable'))
    expect([calls('/revoke'), await grants()]).toEqual([1, []])
  })

  test('RV-05 not where that would also end a grant that is good', async () => {
    const body =
      '{"access_token":"AT","refresh_token":"RT","token_type":"bearer","scope":"profile"}'
    const good = await addGrant(database, alice, { provider: 'whole', accountId: 'acme_bob' })
    const other = await addGrant(database, alice, { provider: 'whole', accountId: 'acme_zoe' })
    const attempt = await approved({ provider: 'whole', grant: other })
    parties.acme.ctl({ endpoint: 'token', body })
    parties.acme.ctl({ endpoint: 'userinfo', status: 200, body: '{"sub":"acme_bob","name":"Bob"}' })
    await expect(finish(alice, attempt)).rejects.toEqual(refusal('account_mismatch'))
    expect(calls('/revoke')).toBe(0)
    expect((await grants()).map(({ id }) => id).sort()).toEqual([good, other].sort())
  })
})

test('an attempt that failed leaves an event with our code, and nothing of the provider', async () => {
  const attempt = await approved()
  parties.acme.ctl({ endpoint: 'token', status: 400, body: '{"error":"invalid_grant","x":"cnry"}' })
  await expect(finish(alice, attempt)).rejects.toEqual(refusal('exchange_failed'))
  const { db, tables } = database
  const events = await db.select().from(tables.events).where(eq(tables.events.userId, alice.id))
  expect(events).toMatchObject([{ type: 'connect_failed', detail: '{"error":"exchange_failed"}' }])
})

/** Starts and approves: the attempt, and the response that the provider sends. */
async function approved(given: Partial<Transaction> = {}): Promise<Attempt> {
  const provider = await resolveProvider(findProvider(given.provider ?? 'acme'))
  const transaction = attemptOf({
    ...{ provider: provider.id, config: provider.configHash, issuer: provider.issuer },
    ...{ redirect_uri: redirectUri, scope: ['profile', 'files.read'], ...given },
  })
  const location = await authorizationUrl(provider, transaction)
  const answer = await fetch(location, { redirect: 'manual' })
  const query = new URL(answer.headers.get('location') ?? 'none://x').searchParams
  const response = { code: query.get('code') ?? 'C', iss: query.get('iss') ?? parties.acme.url }
  return { provider: findProvider(provider.id), transaction, response }
}

/** How often an endpoint of the provider was called. */
function calls(path: string): number {
  return parties.acme.calls(path).length
}

function grants() {
  return database.db.select().from(database.tables.grants)
}
