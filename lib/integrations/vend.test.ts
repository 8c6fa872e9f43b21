import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Database } from '#db'
import type { GrantRow } from '#db/schema'
import { onEachDialect } from '#db/testing/dialects'
import type { Caller } from '#lib/callers'
import type { User } from '#lib/session'
import { addGrant, addUser, useDatabase } from '../testing/database.ts'
import { startThirdParties, type ThirdParties } from '../testing/third-parties.ts'
import { accessAfterRefusal, accessFor } from './access.ts'
import { storeUses } from './uses.ts'
import { vend } from './vend.ts'

let parties: ThirdParties
beforeAll(async () => {
  parties = await startThirdParties({ TOKEN_DEADLINE_MS: '5000', LEASE_MS: '10000' })
})
afterAll(() => parties.close())
beforeEach(() => parties.acme.reset())

const hour = 3_600_000
const calls = () => parties.acme.calls('/token').length
const refreshed = (expires_in = 3600) =>
  JSON.stringify({ access_token: 'AT_cnry_new', token_type: 'Bearer', expires_in })

/** A backend job, as `callers.ts` makes one. */
function jobOf(given: Partial<Caller> = {}): Caller {
  const job = { kind: 'key', name: 'Nightly', issuer: 'https://login.test/', org: undefined }
  return { ...job, mayVend: () => true, ...given } as unknown as Caller
}

onEachDialect('vend', (open) => {
  const given = async (values: Parameters<typeof addGrant>[2] = {}) => {
    const database = useDatabase(await open())
    await database.db.delete(database.tables.providerStates)
    const user = await addUser(database)
    const life = { connectedAt: Date.now(), accessTokenExpiresAt: Date.now() + hour }
    const id = await addGrant(database, user, { scope: 'profile', ...life, ...values })
    return { database, user, id, wish: { provider: 'acme', user: user.sub } }
  }

  test('a good token is given as it is, and nobody is asked', async () => {
    const { id, wish } = await given({
      accountId: 'a1',
      accountLabel: 'Ann',
      requestedScope: 'profile x',
    })
    expect(await vend(jobOf(), wish)).toEqual({
      access_token: 'AT_cnry_old',
      token_type: 'Bearer',
      expires_in: expect.toSatisfy((seconds: number) => seconds > 3580 && seconds <= 3600),
      scope: 'profile',
      missing_scope: 'x',
      grant: id,
      account: { id: 'a1', label: 'Ann' },
    })
    expect(calls()).toBe(0)
  })

  test('TA-08 nothing of the refresh token is in an answer', async () => {
    const { wish } = await given()
    expect(JSON.stringify(await vend(jobOf(), wish))).not.toContain('RT_cnry')
  })

  test('one that has run out is refreshed first', async () => {
    parties.acme.ctl({ endpoint: 'token', body: refreshed() })
    const { wish } = await given({ accessTokenExpiresAt: Date.now() - 1000 })
    expect(await vend(jobOf(), wish)).toMatchObject({ access_token: 'AT_cnry_new' })
    expect(calls()).toBe(1)
  })

  test('TA-07 one that does not live as long as asked for is refreshed first, once', async () => {
    parties.acme.ctl({ endpoint: 'token', body: refreshed() })
    const life = { connectedAt: Date.now() - 600_000, accessTokenExpiresAt: Date.now() + 200_000 }
    const { wish } = await given(life)
    expect(await vend(jobOf(), { ...wish, minTtlS: 60 })).toMatchObject({
      access_token: 'AT_cnry_old',
    })
    const second = await vend(jobOf(), { ...wish, minTtlS: 600 })
    expect(second).toMatchObject({ access_token: 'AT_cnry_new' })
    expect(second.expires_in).toBeGreaterThan(600)
    await vend(jobOf(), { ...wish, minTtlS: 600 })
    expect(calls()).toBe(1)
  })

  test('RF-07 during an outage one that still lives is given; one that does not is not', async () => {
    parties.acme.ctl({ endpoint: 'token', status: 503 })
    const living = await given({ accessTokenExpiresAt: Date.now() + 20_000 })
    const vended = await vend(jobOf(), { ...living.wish, minTtlS: 600 })
    expect(vended).toMatchObject({ access_token: 'AT_cnry_old' })
    const { wish } = await given({ accessTokenExpiresAt: Date.now() - 1 })
    await expect(vend(jobOf(), wish)).rejects.toMatchObject({
      code: 'temporarily_unavailable',
      retryAfterS: expect.any(Number),
    })
  })

  test('RF-15 an ageing token is given at once, and renewed meanwhile', async () => {
    parties.acme.ctl({ endpoint: 'token', body: refreshed(), delay_before_headers: 100 })
    const { database, id, wish } = await given({
      connectedAt: Date.now() - 0.92 * hour,
      accessTokenExpiresAt: Date.now() + 0.08 * hour,
    })
    expect(await vend(jobOf(), wish)).toMatchObject({ access_token: 'AT_cnry_old' })
    await expect.poll(() => versionOf(database, id)).toBe(2)
    expect(await vend(jobOf(), wish)).toMatchObject({ access_token: 'AT_cnry_new' })
  })

  test('RF-14 one of unknown life is never refreshed for being read', async () => {
    const { wish } = await given({ accessTokenExpiresAt: null })
    for (let turn = 0; turn < 20; turn += 1)
      expect(await vend(jobOf(), { ...wish, minTtlS: 300 })).not.toHaveProperty('expires_in')
    expect(calls()).toBe(0)
  })

  test.each([
    ['a life that is known', Date.now() + hour],
    ['one that is not', null],
  ])('WD-13 a token that was refused is renewed, once in 30 seconds: %s', async (_, ends) => {
    parties.acme.ctl({ endpoint: 'token', body: refreshed() })
    const { database, id, wish } = await given({ accessTokenExpiresAt: ends })
    const refused = () => vend(jobOf(), { ...wish, refused: true })
    const at = await Promise.all([refused(), refused(), refused()])
    expect(at.map(({ access_token }) => access_token)).toEqual(Array(3).fill('AT_cnry_new'))
    expect(await refused()).toMatchObject({ access_token: 'AT_cnry_new' })
    expect(calls()).toBe(1)
    const { grants } = database.tables
    const past = { lastRefreshedAt: Date.now() - 31_000 }
    await database.db.update(grants).set(past).where(eq(grants.id, id))
    await refused()
    expect(calls()).toBe(2)
  })

  test('WD-13 where none is to be had, the same token is given, and few are asked for', async () => {
    parties.acme.ctl({ endpoint: 'token', status: 503 })
    const { database, id, wish } = await given({ accessTokenExpiresAt: null })
    const { grants } = database.tables
    let tries = 0
    for (let turn = 0; turn < 5; turn += 1) {
      const again = await vend(jobOf(), { ...wish, refused: true })
      expect(again).toMatchObject({ access_token: 'AT_cnry_old' })
      await database.db.update(grants).set({ refreshNotBefore: 0 }).where(eq(grants.id, id))
      // A provider that may not have seen the token is asked twice, as at every refresh.
      tries ||= calls()
    }
    expect(calls()).toBe(tries)
    const without = await given({ accessTokenExpiresAt: null, tokens: { access: 'AT_cnry_old' } })
    expect(await vend(jobOf(), { ...without.wish, refused: true })).toMatchObject({
      access_token: 'AT_cnry_old',
    })
    expect(calls()).toBe(tries)
  })

  test('WD-13 a grant that has ended says so', async () => {
    parties.acme.ctl({ endpoint: 'token', status: 400, body: '{"error":"invalid_grant"}' })
    const { wish } = await given()
    await expect(vend(jobOf(), { ...wish, refused: true })).rejects.toMatchObject({
      code: 'reauthorization_required',
    })
  })

  test('several grants and none named: the choices, and nothing chosen for anybody', async () => {
    const { database, user, id, wish } = await given({ accountId: 'a1', accountLabel: 'Ann' })
    const other = await addGrant(database, user, { accountId: 'a2', accessTokenExpiresAt: null })
    await expect(vend(jobOf(), wish)).rejects.toMatchObject({
      code: 'account_required',
      detail: {
        choices: [
          { grant: id, account: { id: 'a1', label: 'Ann' } },
          { grant: other, account: { id: 'a2', label: null } },
        ].sort(),
      },
    })
    expect(await vend(jobOf(), { ...wish, grant: other })).toMatchObject({ grant: other })
  })

  test.each<[string, (at: { user: User }) => object]>([
    ['another case', ({ user }) => ({ user: user.sub.toUpperCase() })],
    ['a space behind', ({ user }) => ({ user: `${user.sub} ` })],
    ['a wildcard', () => ({ user: '%' })],
    ['a quote', ({ user }) => ({ user: `${user.sub}' or '1'='1` })],
    ['nobody', () => ({ user: 'auth0|nobody' })],
    ['another organization', () => ({ org: 'org_2' })],
    ['a grant that is not there', () => ({ grant: randomUUID() })],
    ['another provider', () => ({ provider: 'mute' })],
  ])('TA-02 %s: as if there were nothing', async (_, change) => {
    const { user, wish } = await given()
    const asked = vend(jobOf(), { ...wish, ...change({ user }) })
    await expect(asked).rejects.toMatchObject({ code: 'not_connected', detail: {} })
  })

  test('TA-02 another user’s grant, an organization that is not the caller’s, one who was switched off', async () => {
    const { database, user, id, wish } = await given()
    const other = await addUser(database)
    const none = { code: 'not_connected', detail: {} }
    const asOther = vend(jobOf(), { ...wish, user: other.sub, grant: id })
    await expect(asOther).rejects.toMatchObject(none)
    const bound = jobOf({ org: 'org_1' })
    await expect(vend(bound, wish)).rejects.toMatchObject(none)
    await expect(vend(bound, { ...wish, org: '' })).rejects.toMatchObject(none)
    const { users } = database.tables
    await database.db.update(users).set({ disabledAt: 1 }).where(eq(users.id, user.id))
    await expect(vend(jobOf(), wish)).rejects.toMatchObject(none)
  })

  test('TA-05 a scope that was not granted is named, and the provider is not asked', async () => {
    const { id, wish } = await given()
    expect(await vend(jobOf(), { ...wish, scope: 'profile' })).toHaveProperty('access_token')
    await expect(vend(jobOf(), { ...wish, scope: 'profile admin' })).rejects.toMatchObject({
      code: 'insufficient_scope',
      detail: { missing_scope: 'admin', grant: id },
    })
    expect(calls()).toBe(0)
  })

  test.each<[string, Partial<GrantRow>, string, object]>([
    ['paused', { pausedAt: 1 }, 'paused', {}],
    [
      'lost',
      { status: 'reauthorization_required', reason: 'lost_rotation' },
      'reauthorization_required',
      { reason: 'lost_rotation' },
    ],
    ['disconnected', { status: 'disconnected' }, 'not_connected', {}],
  ])(
    'TA-06 a grant that is %s gives nothing, and nobody is asked',
    async (_, values, code, detail) => {
      const { wish } = await given({ ...values, accessTokenExpiresAt: 1 })
      await expect(vend(jobOf(), wish)).rejects.toMatchObject({ code, detail })
      expect(calls()).toBe(0)
    },
  )

  test('without a refresh token the grant ends with its access token', async () => {
    const { database, user, wish } = await given({ status: 'disconnected' })
    const tokens = { access: 'AT_cnry_only' }
    const soon = { accessTokenExpiresAt: Date.now() + 20_000, connectedAt: Date.now() - hour }
    const id = await addGrant(database, user, { ...soon, tokens })
    expect(await vend(jobOf(), wish)).toMatchObject({ access_token: 'AT_cnry_only' })
    const { grants } = database.tables
    await database.db.update(grants).set({ accessTokenExpiresAt: 1 }).where(eq(grants.id, id))
    await expect(vend(jobOf(), wish)).rejects.toMatchObject({
      code: 'reauthorization_required',
      detail: { reason: 'expired' },
    })
  })

  test('TA-01 a caller who may not vend there is refused', async () => {
    const { wish } = await given()
    const caller = jobOf({ mayVend: (provider) => provider === 'mute' })
    await expect(vend(caller, wish)).rejects.toMatchObject({ code: 'forbidden' })
    const unknown = vend(jobOf(), { ...wish, provider: 'nonsense' })
    await expect(unknown).rejects.toMatchObject({ code: 'unknown_provider' })
  })

  test('TA-09 uses are written per caller, grant and minute; refusals at once', async () => {
    const { database, user, id, wish } = await given()
    for (const name of ['Nightly', 'Nightly', 'Hourly']) await vend(jobOf({ name }), wish)
    expect(await eventsOf(database, user)).toEqual([])
    await storeUses()
    await vend(jobOf(), wish)
    await storeUses()
    const written = await eventsOf(database, user)
    const of = (caller: string) =>
      written
        .filter(({ detail }) => detail === JSON.stringify({ caller }))
        .reduce((sum, { times }) => sum + times, 0)
    expect([of('Nightly'), of('Hourly')]).toEqual([3, 1])
    expect(written.every(({ type, grantId }) => type === 'used' && grantId === id)).toBe(true)
    const [row] = await database.db
      .select({ by: database.tables.grants.lastUsedBy, at: database.tables.grants.lastUsedAt })
      .from(database.tables.grants)
      .where(eq(database.tables.grants.id, id))
    expect(row?.by).toBe('Nightly')
    expect(row?.at).toBeGreaterThan(Date.now() - 60_000)
    await expect(vend(jobOf(), { ...wish, scope: 'admin' })).rejects.toThrow()
    const refusals = (await eventsOf(database, user)).filter(({ type }) => type === 'vend_refused')
    expect(refusals).toMatchObject([
      { times: 1, actor: 'job', detail: '{"caller":"Nightly","code":"insufficient_scope"}' },
    ])
  })

  test('a use is told of a grant that has ended since, and not of one whose row is gone', async () => {
    const { database, user, id, wish } = await given()
    const { grants } = database.tables
    await vend(jobOf({ name: 'Nightly' }), wish)
    await database.db.update(grants).set({ status: 'disconnected' }).where(eq(grants.id, id))
    await storeUses()
    const told = await eventsOf(database, user)
    expect(told).toMatchObject([{ type: 'used', grantId: id, detail: '{"caller":"Nightly"}' }])
    await database.db.update(grants).set({ status: 'active' }).where(eq(grants.id, id))
    await vend(jobOf({ name: 'Hourly' }), wish)
    await database.db.delete(grants).where(eq(grants.id, id))
    await storeUses()
    expect(await eventsOf(database, user)).toEqual(told)
  })

  test('TA-04 many users at once: every token is its own user’s', async () => {
    const database = useDatabase(await open())
    await database.db.delete(database.tables.providerStates)
    const users = await Promise.all(Array.from({ length: 20 }, () => addUser(database)))
    for (const [index, user] of users.entries())
      await addGrant(database, user, {
        accessTokenExpiresAt: null,
        tokens: { access: `AT_cnry_${index}` },
      })
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, turn) => {
        const index = turn % users.length
        const vended = await vend(jobOf(), { provider: 'acme', user: users[index]?.sub ?? '' })
        return vended.access_token === `AT_cnry_${index}`
      }),
    )
    expect(answers.every(Boolean)).toBe(true)
  })

  test('PX-14 RF-24 after a refusal of the API: what others renewed, else one refresh in 30 seconds', async () => {
    parties.acme.ctl({ endpoint: 'token', body: refreshed() })
    const { user, wish } = await given()
    const provider = { id: wish.provider } as never
    const first = await accessFor(user, { provider })
    const second = await accessAfterRefusal(first)
    expect(second).toMatchObject({ accessToken: 'AT_cnry_new', version: 2 })
    expect(await accessAfterRefusal(first)).toMatchObject({ version: 2 })
    expect(second && (await accessAfterRefusal(second))).toBeUndefined()
    expect(calls()).toBe(1)
  })
})

async function versionOf({ db, tables }: Database, id: string): Promise<number | undefined> {
  const [row] = await db
    .select({ version: tables.grants.version })
    .from(tables.grants)
    .where(eq(tables.grants.id, id))
  return row?.version
}

function eventsOf({ db, tables }: Database, user: User) {
  return db.select().from(tables.events).where(eq(tables.events.userId, user.id))
}
