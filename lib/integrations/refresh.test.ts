import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Database } from '#db'
import type { GrantRow } from '#db/schema'
import { onEachDialect } from '#db/testing/dialects'
import type { Rule } from '#e2e/stand-in/scripted/rules'
import { oncePerProcess } from '#lib/process'
import { open as openSealed } from '#lib/vault'
import { addGrant, addUser, useDatabase } from '../testing/database.ts'
import { startThirdParties, type ThirdParties } from '../testing/third-parties.ts'
import { refresh } from './refresh.ts'

let parties: ThirdParties
beforeAll(async () => {
  parties = await startThirdParties({ TOKEN_DEADLINE_MS: '1000', LEASE_MS: '2500' })
})
afterAll(() => parties.close())
beforeEach(() => {
  parties.acme.reset()
  flights.isStopping = false
})

/** As after SIGTERM, from the moment that a request is at the provider. */
const flights = oncePerProcess('flights', () => ({ flights: new Map(), isStopping: false }))
const stop = async () => {
  flights.isStopping = true
}

const fresh = { access_token: 'AT_cnry_new', token_type: 'Bearer', expires_in: 3600 }
const rotated = { ...fresh, refresh_token: 'RT_cnry_new' }

const latin1 = (json: unknown) => Buffer.from(JSON.stringify(json), 'latin1').toString('base64')

/** An access token that lived so long, and is dead. */
const lived = (lifeMs: number): Partial<GrantRow> => {
  const connectedAt = Date.now() - 10_000
  return { connectedAt, accessTokenExpiresAt: connectedAt + lifeMs }
}

/** What the token endpoint answers, once or always. */
const answer = (json: unknown, rule: Partial<Rule> = {}) =>
  parties.acme.ctl({ endpoint: 'token', body: JSON.stringify(json), ...rule })

/** The refreshes that the provider was asked for: not the check of our client, which sends no token. */
const refreshes = () =>
  parties.acme
    .calls('/token')
    .map(({ body }) => new URLSearchParams(body))
    .filter((form) => form.get('grant_type') === 'refresh_token')

/** The refresh tokens that the provider was sent, in order. */
const sent = () => refreshes().map((form) => form.get('refresh_token'))

onEachDialect('refresh', (open) => {
  const given = async (values: Partial<GrantRow> = {}) => {
    const database = useDatabase(await open())
    await database.db.delete(database.tables.providerStates)
    const user = await addUser(database)
    const id = await addGrant(database, user, { scope: 'profile', ...values })
    const wanted = { grantId: id, provider: values.provider ?? 'acme', version: 1 }
    return { database, user, id, wanted, row: () => rowOf(database, id) }
  }

  test('new tokens are stored, sealed to the next version, with an event', async () => {
    answer(rotated)
    const { database, user, id, wanted, row } = await given()
    await refresh(wanted)
    expect(sent()).toEqual(['RT_cnry_old'])
    const stored = await row()
    expect(stored).toMatchObject({ status: 'active', version: 2, leaseId: null, leaseUntil: 0 })
    const context = { grantId: id, userId: user.id, provider: 'acme', version: 2 }
    expect(openSealed(stored.accessToken ?? '', { ...context, field: 'access_token' })).toBe(
      'AT_cnry_new',
    )
    expect(openSealed(stored.refreshToken ?? '', { ...context, field: 'refresh_token' })).toBe(
      'RT_cnry_new',
    )
    expect(Math.abs((stored.accessTokenExpiresAt ?? 0) - Date.now() - 3600_000)).toBeLessThan(5000)
    expect(await events(database, id)).toEqual([['refreshed', {}]])
  })

  test('RF-01 fifty at once, one flight: one request', async () => {
    answer(rotated, { delay_before_headers: 50 })
    const { wanted, row } = await given()
    await Promise.all(Array.from({ length: 50 }, () => refresh(wanted)))
    expect(sent()).toEqual(['RT_cnry_old'])
    expect(await row()).toMatchObject({ version: 2 })
  })

  test('who comes too late has nothing to refresh', async () => {
    const { wanted } = await given({ version: 5 })
    await refresh(wanted)
    expect(sent()).toEqual([])
  })

  test.each([
    ['absent', {}, 'RT_cnry_old'],
    ['empty', { refresh_token: '' }, 'RT_cnry_old'],
    ['null', { refresh_token: null }, 'RT_cnry_old'],
    ['the same', { refresh_token: 'RT_cnry_old' }, 'RT_cnry_old'],
    ['new', { refresh_token: 'RT_cnry_new' }, 'RT_cnry_new'],
  ])('RF-11 a refresh token that is %s in the answer', async (_, part, next) => {
    answer({ ...fresh, ...part })
    const { wanted } = await given()
    await refresh(wanted)
    await refresh({ ...wanted, version: 2 })
    expect(sent()).toEqual(['RT_cnry_old', next])
  })

  test.each([
    ['left out', undefined, 'profile', ['refreshed']],
    ['the same', 'profile', 'profile', ['refreshed']],
    ['narrower', '', 'profile', ['refreshed']],
    ['another', 'files.read', 'files.read', ['refreshed', 'scope_changed']],
    ['wider', 'profile admin', 'profile admin', ['refreshed', 'scope_changed']],
  ])('RF-12 a scope that is %s in the answer', async (_, scope, kept, told) => {
    answer(scope === '' ? rotated : { ...rotated, scope })
    const { database, id, wanted, row } = await given()
    await refresh(wanted)
    expect(new URLSearchParams(parties.acme.calls('/token')[0]?.body).has('scope')).toBe(false)
    expect((await row()).scope).toBe(kept)
    expect((await events(database, id)).map(([type]) => type).sort()).toEqual(told)
  })

  test('RF-10 a scope that is refused is left out once, and no grant ends for it', async () => {
    answer({ error: 'invalid_scope' }, { status: 400 })
    const { wanted, row } = await given()
    await expect(refresh(wanted)).rejects.toMatchObject({ code: 'temporarily_unavailable' })
    expect(await row()).toMatchObject({
      ...{ status: 'active', refreshError: 'temporarily_unavailable', refusals: 1 },
      refusedSince: expect.any(Number),
    })
  })

  test('RF-10 an error that nobody knows is held against its own grant, and no other', async () => {
    answer({ error: 'mystery' }, { status: 400 })
    const { database, user, id, wanted, row } = await given()
    const code = 'temporarily_unavailable'
    await expect(refresh(wanted)).rejects.toMatchObject({ code })
    await expect(refresh(wanted)).rejects.toMatchObject({ code, retryAfterS: expect.any(Number) })
    expect(sent()).toHaveLength(1)
    expect(await row()).toMatchObject({
      ...{ status: 'active', version: 1, leaseId: null, refreshFailures: 1, refreshError: code },
      ...{ unansweredSends: 0, inDoubtSince: null, refusals: 1 },
    })
    expect(await events(database, id)).toEqual([['refresh_failed', { code }]])
    expect(await states(database)).toMatchObject([{ provider: 'acme', error: null }])
    answer(rotated, { status: 200 })
    await refresh({ grantId: await addGrant(database, user), provider: 'acme', version: 1 })
    expect(sent()).toHaveLength(2)
  })

  test.each<[string, unknown, Partial<Rule>, string]>([
    ['500', {}, { status: 500 }, 'temporarily_unavailable'],
    [
      '503 and invalid_grant',
      { error: 'invalid_grant' },
      { status: 503 },
      'temporarily_unavailable',
    ],
    ['429', {}, { status: 429 }, 'temporarily_unavailable'],
    ['401 invalid_client', { error: 'invalid_client' }, { status: 401 }, 'provider_misconfigured'],
    ['404 and a page', '<html>', { status: 404 }, 'provider_misconfigured'],
    ['200 invalid_client', { error: 'invalid_client' }, {}, 'provider_misconfigured'],
  ])(
    'RF-07 RF-10 RF-27 %s ends no grant, and is not asked again at once',
    async (_, body, rule, code) => {
      answer(body, rule)
      const { database, id, wanted, row } = await given()
      await expect(refresh(wanted)).rejects.toMatchObject({ code })
      await expect(refresh(wanted)).rejects.toMatchObject({ code, retryAfterS: expect.any(Number) })
      expect(sent()).toHaveLength(1)
      expect(await row()).toMatchObject({
        ...{ status: 'active', version: 1, leaseId: null, refreshFailures: 1, refreshError: code },
        ...{ unansweredSends: 0, inDoubtSince: null },
      })
      expect(await events(database, id)).toEqual([['refresh_failed', { code }]])
      expect(await states(database)).toMatchObject([{ provider: 'acme', error: code }])
    },
  )

  test('RF-07 after an outage it goes on by itself, and nothing is left of it', async () => {
    answer({}, { status: 503 })
    const { database, wanted, row } = await given()
    await expect(refresh(wanted)).rejects.toMatchObject({ code: 'temporarily_unavailable' })
    answer(rotated, { status: 200 })
    await untilAllowed(database, wanted.grantId)
    await refresh(wanted)
    expect(await row()).toMatchObject({ version: 2, refreshError: null, refreshFailures: 0 })
    expect(await states(database)).toMatchObject([{ error: null, failures: 0, blockedUntil: 0 }])
  })

  test('RF-08 what a provider asks to wait holds for all its grants, and for no other provider', async () => {
    answer({}, { status: 429, headers: { 'retry-after': '120' } })
    const { database, user, wanted } = await given()
    await expect(refresh(wanted)).rejects.toMatchObject({ retryAfterS: 120 })
    answer(rotated, { status: 200 })
    const other = await addGrant(database, user)
    const elsewhere = await addGrant(database, user, { provider: 'mute' })
    const refused = refresh({ grantId: other, provider: 'acme', version: 1 })
    await expect(refused).rejects.toMatchObject({ code: 'temporarily_unavailable' })
    expect(sent()).toHaveLength(1)
    await refresh({ grantId: elsewhere, provider: 'mute', version: 1 })
    expect(sent()).toHaveLength(2)
  })

  test('RF-10 a client that is refused is told once, with a reference, and blocks no grant for good', async () => {
    answer({ error: 'invalid_client' }, { status: 401 })
    const { database, user } = await given()
    for (const _ of [1, 2, 3]) {
      const grantId = await addGrant(database, user)
      const refused = refresh({ grantId, provider: 'acme', version: 1 })
      await expect(refused).rejects.toMatchObject({ code: 'provider_misconfigured' })
    }
    // The first was asked; the others heard of it.
    expect(sent()).toHaveLength(1)
    const [state] = await states(database)
    expect(state).toMatchObject({ error: 'provider_misconfigured' })
    expect(state?.reference).toMatch(/^R-[2-9A-Z]{6}$/)
    const rows = await database.db.select().from(database.tables.grants)
    expect(rows.filter(({ userId }) => userId === user.id).map(({ status }) => status)).toEqual(
      Array.from({ length: 4 }, () => 'active'),
    )
  })

  test.each([
    [{ error: 'invalid_grant' }, { status: 400 }],
    [{ error: 'bad_refresh_token' }, { status: 200 }],
    [{ error: 'consent_required' }, { status: 400 }],
  ])('RF-10 %j ends the grant, once, and keeps its row', async (body, rule) => {
    answer(body, rule)
    const { database, id, wanted, row } = await given()
    await refresh(wanted)
    await refresh(wanted)
    expect(sent()).toHaveLength(1)
    const ended = { status: 'reauthorization_required', reason: 'invalid_grant', leaseId: null }
    expect(await row()).toMatchObject(ended)
    expect(await events(database, id)).toEqual([
      ['reauthorization_required', { reason: 'invalid_grant' }],
    ])
  })

  test('RF-23 a refusal right after a renewal is told as what it may be', async () => {
    answer({ error: 'invalid_grant' }, { status: 400 })
    const { database, id, wanted, row } = await given({ lastRefreshedAt: Date.now() - 1000 })
    await refresh(wanted)
    expect((await row()).reason).toBe('possible_reuse')
    expect((await events(database, id)).map(([type]) => type).sort()).toEqual([
      'reauthorization_required',
      'security',
    ])
  })

  test.each([[{ drop_after_processing: true }], [{ template: 'stall' as const }]])(
    'RF-05 %j: sent once more with the same token, and good if that is',
    async (rule) => {
      parties.acme.ctl({ endpoint: 'token', nth: 1, ...rule })
      parties.acme.ctl({ endpoint: 'token', nth: 2, body: JSON.stringify(rotated) })
      const { wanted, row } = await given()
      await refresh(wanted)
      expect(sent()).toEqual(['RT_cnry_old', 'RT_cnry_old'])
      expect(await row()).toMatchObject({ version: 2, unansweredSends: 0, inDoubtSince: null })
    },
  )

  test.each<[string, Partial<Rule>]>([
    ['a page', { template: 'html' }],
    ['nothing', { template: 'empty' }],
    ['no token', { body: '{"token_type":"bearer"}' }],
    ['an access token that is none', { body: '{"access_token":7,"token_type":"bearer"}' }],
    ['a type that is not ours', { body: '{"access_token":"AT","token_type":"mac"}' }],
    ['far too much', { body: ' '.repeat(300_000) }],
  ])(
    'WD-05 RF-05 after %s with 200 the same token is not sent again at once; that it may be dead is remembered',
    async (_, rule) => {
      parties.acme.ctl({ endpoint: 'token', ...rule })
      const { database, wanted, row } = await given()
      await expect(refresh(wanted)).rejects.toMatchObject({ code: 'temporarily_unavailable' })
      expect(sent()).toEqual(['RT_cnry_old'])
      const unread = await row()
      expect(unread).toMatchObject({ status: 'active', version: 1, unansweredSends: 0 })
      expect(unread.inDoubtSince).not.toBeNull()
      parties.acme.reset()
      answer({ error: 'invalid_grant' }, { status: 400 })
      await untilAllowed(database, wanted.grantId)
      await refresh(wanted)
      expect((await row()).reason).toBe('lost_rotation')
    },
  )

  test('WD-05 a redirect is not followed, and the same token is not sent again at once', async () => {
    parties.acme.ctl({ endpoint: 'token', status: 301, redirect_to: `${parties.acme.url}/new` })
    const { wanted, row } = await given()
    await expect(refresh(wanted)).rejects.toMatchObject({ code: 'provider_misconfigured' })
    expect(sent()).toEqual(['RT_cnry_old'])
    expect(await row()).toMatchObject({ status: 'active', inDoubtSince: null })
  })

  test.each<[string, Partial<Rule>]>([
    ['scope as a list', { body: JSON.stringify({ ...rotated, scope: ['profile'] }) }],
    ['no token_type', { body: '{"access_token":"AT_cnry_new","refresh_token":"RT_cnry_new"}' }],
    ['an error beside it', { body: JSON.stringify({ ...rotated, error: 'odd' }) }],
    ['a list around it', { body: JSON.stringify([rotated]) }],
    ['an end that is missing', { body: JSON.stringify(rotated).slice(0, -1) }],
    ['NaN', { body: JSON.stringify({ ...rotated, x: 0 }).replace('"x":0', '"x":NaN') }],
    [
      'a gzip that is none',
      { body: JSON.stringify(rotated), headers: { 'content-encoding': 'gzip' } },
    ],
    ['Latin-1', { body_base64: latin1({ ...rotated, name: 'André' }) }],
  ])('WD-05 %s: what came is kept', async (_, rule) => {
    parties.acme.ctl({ endpoint: 'token', nth: 1, ...rule })
    answer(rotated, { nth: 2 })
    const { id, user, wanted, row } = await given()
    await refresh(wanted)
    expect(sent()).toEqual(['RT_cnry_old'])
    const stored = await row()
    expect(stored).toMatchObject({ status: 'active', version: 2, refreshError: null })
    const context = { grantId: id, userId: user.id, provider: 'acme', version: 2 }
    expect(openSealed(stored.accessToken ?? '', { ...context, field: 'access_token' })).toBe(
      'AT_cnry_new',
    )
    await refresh({ ...wanted, version: 2 })
    expect(sent()).toEqual(['RT_cnry_old', 'RT_cnry_new'])
  })

  test.each<[string, unknown]>([
    ['no access token', { token_type: 'Bearer' }],
    ['an access token of another type', { access_token: 'AT_cnry_x', token_type: 'mac' }],
    ['an access token that is none', { access_token: 'A T', token_type: 'Bearer' }],
  ])('WD-05 a new refresh token with %s is stored, and used the next time', async (_, rest) => {
    answer({ ...(rest as object), refresh_token: 'RT_cnry_new' }, { nth: 1 })
    answer({ ...rotated, refresh_token: 'RT_cnry_third' }, { nth: 2 })
    const { database, user, id, wanted, row } = await given({ refreshFailures: 2 })
    const before = await row()
    const failed = { code: 'temporarily_unavailable', retryAfterS: expect.any(Number) }
    await expect(refresh(wanted)).rejects.toMatchObject(failed)
    const stored = await row()
    expect(stored).toMatchObject({
      ...{ status: 'active', version: 2, leaseId: null, unansweredSends: 0, inDoubtSince: null },
      ...{ refreshFailures: 3, refreshError: failed.code },
      accessTokenExpiresAt: before.accessTokenExpiresAt,
    })
    const context = { grantId: id, userId: user.id, provider: 'acme', version: 2 }
    expect(openSealed(stored.accessToken ?? '', { ...context, field: 'access_token' })).toBe(
      'AT_cnry_old',
    )
    await untilAllowed(database, id)
    await refresh({ ...wanted, version: 2 })
    expect(sent()).toEqual(['RT_cnry_old', 'RT_cnry_new'])
    expect(await row()).toMatchObject({ version: 3, refreshError: null })
  })

  test.each<[string, Partial<GrantRow>, unknown, number | null]>([
    ['nothing', lived(4000), undefined, 4000],
    ['what cannot be', lived(4000), 1_796_083_200, 4000],
    ['a fraction', lived(4000), 4.7, 4700],
    ['nothing, and nothing was before', { accessTokenExpiresAt: null }, undefined, null],
  ])('WD-06 of the life is told %s', async (_, values, expires_in, lifeMs) => {
    answer({ ...rotated, expires_in })
    const { wanted, row } = await given(values)
    await refresh(wanted)
    const { accessTokenExpiresAt, lastRefreshedAt } = await row()
    if (lifeMs === null) return expect(accessTokenExpiresAt).toBeNull()
    const life = (accessTokenExpiresAt ?? 0) - (lastRefreshedAt ?? 0)
    // What is told begins when it was asked for; what is remembered loses nothing at each refresh.
    if (expires_in === 4.7) expect(lifeMs - life).toBeLessThan(2000)
    else expect(life).toBe(lifeMs)
  })

  test('RS-07 a refresh that leaves out offline_access takes it from nobody', async () => {
    answer({ ...rotated, scope: 'profile' })
    const scope = 'profile offline_access'
    const { database, id, wanted, row } = await given({ scope, requestedScope: scope })
    await refresh(wanted)
    expect((await row()).scope).toBe(scope)
    expect((await events(database, id)).map(([type]) => type)).toEqual(['refreshed'])
  })

  test('RF-05 refused the second time, the new token is known to be lost', async () => {
    parties.acme.ctl({ endpoint: 'token', nth: 1, drop_after_processing: true })
    answer({ error: 'invalid_grant' }, { nth: 2, status: 400 })
    const { wanted, row } = await given()
    await refresh(wanted)
    expect(sent()).toHaveLength(2)
    expect(await row()).toMatchObject({
      status: 'reauthorization_required',
      reason: 'lost_rotation',
    })
  })

  test('RF-07 a provider that stays silent ends no grant; the doubt is remembered', async () => {
    parties.acme.ctl({ endpoint: 'token', template: 'stall' })
    const { database, wanted, row } = await given()
    await expect(refresh(wanted)).rejects.toMatchObject({ code: 'temporarily_unavailable' })
    expect(sent()).toHaveLength(2)
    const silent = await row()
    expect(silent).toMatchObject({ status: 'active', unansweredSends: 0 })
    expect(silent.inDoubtSince).not.toBeNull()
    parties.acme.reset()
    answer({ error: 'invalid_grant' }, { status: 400 })
    await untilAllowed(database, wanted.grantId)
    await refresh(wanted)
    expect((await row()).reason).toBe('lost_rotation')
  })

  test('RF-04 after one crash the old token is tried once more; after two it is given up unsent', async () => {
    answer(rotated)
    const once = await given({ unansweredSends: 1 })
    await refresh(once.wanted)
    expect(sent()).toHaveLength(1)
    expect(await once.row()).toMatchObject({ version: 2, unansweredSends: 0 })
    const twice = await given({ unansweredSends: 2 })
    await refresh(twice.wanted)
    expect(sent()).toHaveLength(1)
    expect((await twice.row()).reason).toBe('lost_rotation')
  })

  test('RF-04 where refreshing leaves the token as it is, it is tried however often nothing was heard', async () => {
    answer(fresh)
    const { wanted, row } = await given({ provider: 'lasting', unansweredSends: 2 })
    await refresh(wanted)
    expect(await row()).toMatchObject({ status: 'active', version: 2, unansweredSends: 0 })
  })

  test('RF-06 a process that stops sends no second time, and writes the silence down', async () => {
    parties.acme.ctl({ endpoint: 'token', template: 'stall', during: stop })
    const { wanted, row } = await given()
    await expect(refresh(wanted)).rejects.toMatchObject({ code: 'temporarily_unavailable' })
    expect(sent()).toHaveLength(1)
    const silent = await row()
    expect(silent).toMatchObject({ status: 'active', unansweredSends: 0, leaseId: null })
    expect(silent.inDoubtSince).not.toBeNull()
  })

  test('RF-06 a process that stops leaves out a refused scope all the same', async () => {
    answer({ error: 'invalid_scope' }, { nth: 1, status: 400, during: stop })
    answer(rotated, { nth: 2 })
    const { wanted, row } = await given({ provider: 'narrow' })
    await refresh(wanted)
    expect(await row()).toMatchObject({ status: 'active', version: 2, refreshError: null })
  })

  test('a refusal where refreshing leaves the token as it is loses no rotation', async () => {
    answer({ error: 'invalid_grant' }, { status: 400 })
    const { wanted, row } = await given({ provider: 'lasting', unansweredSends: 2 })
    await refresh(wanted)
    expect(await row()).toMatchObject({ reason: 'invalid_grant' })
  })

  test('RF-19 a token that cannot be opened is sent to nobody, and nothing changes', async () => {
    answer(rotated)
    const { wanted, row } = await given({ refreshTokenExpiresAt: 1 })
    const { database } = await given()
    const { grants } = database.tables
    await database.db
      .update(grants)
      .set({ refreshToken: 'gk1.9.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' })
      .where(eq(grants.id, wanted.grantId))
    await expect(refresh(wanted)).rejects.toMatchObject({ code: 'credential_unreadable' })
    expect(sent()).toEqual([])
    expect(await row()).toMatchObject({ status: 'active', leaseId: null, unansweredSends: 0 })
  })

  test('RV-03 a grant that was disconnected meanwhile is not brought back, and the new token ends', async () => {
    const { database, wanted, row } = await given()
    const { grants } = database.tables
    const end = () =>
      database.db
        .update(grants)
        .set({ status: 'disconnected', refreshToken: null, version: 2, leaseId: null })
        .where(eq(grants.id, wanted.grantId))
    parties.acme.ctl({ endpoint: 'revoke', status: 200 })
    answer(rotated, { during: async () => void (await end()) })
    await refresh(wanted)
    expect(await row()).toMatchObject({ status: 'disconnected', refreshToken: null, version: 2 })
    const revoked = parties.acme.calls('/revoke').map(({ body }) => new URLSearchParams(body))
    expect(revoked.map((form) => form.get('token'))).toEqual(['RT_cnry_new'])
  })

  test('RF-03 a holder that was taken for dead gives way to what was stored, and saves what was given up', async () => {
    const { database, wanted, row } = await given()
    const { grants } = database.tables
    const giveUp = () =>
      database.db
        .update(grants)
        .set({ status: 'reauthorization_required', reason: 'lost_rotation', leaseId: null })
        .where(eq(grants.id, wanted.grantId))
    answer(rotated, { during: async () => void (await giveUp()) })
    await refresh(wanted)
    expect(await row()).toMatchObject({ status: 'active', reason: null, version: 2 })
  })

  test('RF-03 one that was taken for dead stores what others could not get', async () => {
    const { database, wanted, row } = await given()
    const { grants } = database.tables
    // Another holder has had the lease meanwhile, got a 503, and given it back.
    const cameAndWent = () =>
      database.db
        .update(grants)
        .set({ leaseId: null, leaseUntil: 0, unansweredSends: 0, refreshFailures: 1 })
        .where(eq(grants.id, wanted.grantId))
    answer(rotated, { during: async () => void (await cameAndWent()) })
    await refresh(wanted)
    expect(await row()).toMatchObject({ status: 'active', version: 2, refreshFailures: 0 })
  })

  test('a refusal after an outage ends that grant, and the outage for all', async () => {
    const { database, user, wanted, row } = await given()
    await database.db.insert(database.tables.providerStates).values({
      ...{ provider: 'acme', error: 'temporarily_unavailable', failures: 9, blockedUntil: 1 },
    })
    answer({ error: 'invalid_grant' }, { status: 400 })
    await refresh(wanted)
    expect((await row()).status).toBe('reauthorization_required')
    expect(await states(database)).toMatchObject([{ error: null, blockedUntil: 0 }])
    answer(rotated, { status: 200 })
    await refresh({ grantId: await addGrant(database, user), provider: 'acme', version: 1 })
    expect(sent()).toHaveLength(2)
  })

  test('RF-19 an unreadable token is told to its user, and tried again soon', async () => {
    const { database, id, wanted, row } = await given()
    const { grants } = database.tables
    const refreshToken = 'gk1.9.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
    await database.db.update(grants).set({ refreshToken }).where(eq(grants.id, id))
    const refused = { code: 'credential_unreadable' }
    await expect(refresh(wanted)).rejects.toMatchObject(refused)
    expect(await row()).toMatchObject({ refreshError: refused.code, unansweredSends: 0 })
    await expect(refresh(wanted)).rejects.toMatchObject(refused)
    expect(await events(database, id)).toEqual([['refresh_failed', refused]])
  })

  test('RF-10 a refused scope is left out the second time, which is counted too', async () => {
    answer({ error: 'invalid_scope' }, { nth: 1, status: 400 })
    answer(rotated, { nth: 2 })
    const { wanted, row } = await given({ provider: 'narrow' })
    await refresh(wanted)
    const forms = parties.acme.calls('/token').map(({ body }) => new URLSearchParams(body))
    expect(forms.map((form) => form.get('scope'))).toEqual(['profile', null])
    expect(await row()).toMatchObject({ version: 2, unansweredSends: 0, inDoubtSince: null })
  })

  test('a paused grant is not refreshed', async () => {
    const { wanted } = await given({ pausedAt: 1 })
    await refresh(wanted)
    expect(sent()).toEqual([])
  })
})

async function rowOf({ db, tables }: Database, id: string): Promise<GrantRow> {
  const [row] = await db.select().from(tables.grants).where(eq(tables.grants.id, id))
  if (!row) throw new Error('no such grant')
  return row
}

async function events({ db, tables }: Database, grantId: string) {
  const { events } = tables
  const rows = await db.select().from(events).where(eq(events.grantId, grantId))
  return rows.map(({ type, detail }) => [type, JSON.parse(detail)])
}

function states({ db, tables }: Database) {
  return db.select().from(tables.providerStates)
}

/** Lets the pauses after a failure pass. */
async function untilAllowed({ db, tables }: Database, id: string): Promise<void> {
  await db.update(tables.grants).set({ refreshNotBefore: 0 }).where(eq(tables.grants.id, id))
  await db.update(tables.providerStates).set({ blockedUntil: 0 })
}
