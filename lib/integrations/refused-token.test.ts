import { createHash, randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Database } from '#db'
import type { GrantRow, ProviderStateRow } from '#db/schema'
import { onEachDialect } from '#db/testing/dialects'
import { scriptedEntry } from '#e2e/stand-in/scripted-entry'
import type { User } from '#lib/session'
import { addGrant, useDatabase } from '../testing/database.ts'
import { providersFile } from '../testing/providers-file.ts'
import { stubSettings } from '../testing/settings.ts'
import {
  healthy,
  renewed,
  startTokenServer,
  type TokenAnswer,
  type TokenServer,
} from '../testing/token-server.ts'
import { keepAlive } from './keep-alive.ts'
import { refresh } from './refresh.ts'

let server: TokenServer
let remove: () => void
beforeAll(async () => {
  server = await startTokenServer()
  const entry = {
    ...scriptedEntry({ id: 'acme', url: server.url }),
    iss_parameter_supported: false,
  }
  const elsewhere = {
    ...scriptedEntry({ id: 'elsewhere', url: server.url }, { issuer: undefined }),
    ...{ iss_parameter_supported: false, refresh_endpoint: `${server.url}/refresh` },
  }
  const files = providersFile([entry, elsewhere], { acme: { id: clientId, secret: 'SECRET_cnry' } })
  remove = files.remove
  const deadlines = { TOKEN_DEADLINE_MS: '2000', LEASE_MS: '6000' }
  stubSettings({ ALLOW_INSECURE_LOCALHOST: 'true', ...files.settings, ...deadlines })
})
afterAll(async () => {
  remove()
  await server.close()
})
beforeEach(() => server.reset())

const clientId = 'our-client'
const clientMark = createHash('sha256').update(clientId).digest('hex').slice(0, 16)
const minute = 60_000
const hour = 60 * minute

const tenant: TokenAnswer = { status: 400, body: { error: 'unauthorized_client' } }
const badClient: TokenAnswer = { status: 401, body: { error: 'invalid_client' } }
const wordless: TokenAnswer = { status: 400, body: '' }
const worded: TokenAnswer = { status: 400, body: { message: 'Invalid refresh token' } }
/** A server that looks at the code before it looks at the client, and has its own word for it. */
const unclear: TokenAnswer = { status: 400, body: { error: 'invalid_request' } }

/** Tokens that begin with `bad` are answered so, all others renewed. */
const bad = (answer: TokenAnswer) => (token: string) =>
  token.startsWith('bad') ? answer : renewed()

onEachDialect('a refused token', (open, dialect) => {
  const given = async (state: Partial<ProviderStateRow> = {}) => {
    const database = useDatabase(await open())
    const { db, tables } = database
    await db.delete(tables.grants)
    await db.delete(tables.providerStates)
    if (Object.keys(state).length > 0)
      await db.insert(tables.providerStates).values({ provider: 'acme', ...state })
    const provider = async () => (await db.select().from(tables.providerStates))[0]
    const row = async (id: string) => {
      const [found] = await db.select().from(tables.grants).where(eq(tables.grants.id, id))
      if (!found) throw new Error('no such grant')
      return found
    }
    const add = (refreshToken: string, values: Partial<GrantRow> = {}, user = someone()) =>
      addGrant(database, user, { ...values, tokens: { access: 'AT', refresh: refreshToken } })
    return { database, provider, row, add }
  }

  // What decides is the same for both; a thousand of them are told apart by a file as well as by a server.
  const crowds = [
    [1, 2],
    [1, 10],
    ...(dialect === 'sqlite'
      ? [
          [1, 1000],
          [300, 1000],
        ]
      : [[60, 200]]),
  ] as [number, number][]

  test.each(crowds)(
    'WD-02 AU-03 %i bad among %i: the healthy ones lose nothing, though the bad ones come first',
    async (badOnes, all) => {
      server.answer(bad(tenant))
      const { add, provider } = await given()
      const tokens = Array.from({ length: all }, (_, index) => (index < badOnes ? 'bad' : 'good'))
      const ids = await Promise.all(tokens.map((token) => add(token)))
      const outcomes = await Promise.all(ids.map(outcomeOf))
      const lost = outcomes.filter((outcome, index) => tokens[index] === 'good' && outcome !== 'ok')
      expect(lost).toEqual([])
      expect(new Set(outcomes.slice(0, badOnes))).toEqual(new Set(['temporarily_unavailable']))
      expect(await provider()).toMatchObject({ error: null, blockedUntil: 0 })
    },
    120_000,
  )

  test('WD-02 dead grants do not keep the healthy ones from being kept alive', async () => {
    server.answer(bad(tenant))
    const { add, row } = await given()
    await Promise.all(Array.from({ length: 70 }, () => add('bad', { refreshDueAt: 1 })))
    const healthy = await Promise.all(
      Array.from({ length: 5 }, () => add('good', { refreshDueAt: 2 })),
    )
    await keepAlive()
    for (const id of healthy) expect((await row(id)).version).toBe(2)
  })

  test('AU-03 one user with eight accounts is one user, whatever the provider says of them', async () => {
    server.answer(bad(badClient), unclear)
    const { add, provider } = await given()
    const mallory = someone()
    for (let account = 0; account < 8; account += 1)
      expect(await outcomeOf(await add('bad', {}, mallory))).toBe('temporarily_unavailable')
    expect(await outcomeOf(await add('good'))).toBe('ok')
    expect(await provider()).toMatchObject({ error: null })
  })

  test('RF-10 a client that is refused without any token too is told at once, and holds for all', async () => {
    server.answer(() => badClient, badClient)
    const { add, provider, row } = await given({
      succeededAt: Date.now(),
      succeededClient: clientMark,
    })
    const id = await add('one')
    expect(await outcomeOf(id)).toBe('provider_misconfigured')
    expect(await outcomeOf(await add('other'))).toBe('provider_misconfigured')
    expect([server.sent, server.checks()]).toEqual([['one'], 1])
    expect((await provider())?.reference).toMatch(/^R-/)
    expect(await row(id)).toMatchObject({ status: 'active', refusedSince: null })
  })

  test('RF-10 invalid_client of two users is the client, where nothing else can be told', async () => {
    server.answer(() => badClient, unclear)
    const { add, provider } = await given({ succeededAt: Date.now(), succeededClient: clientMark })
    expect(await outcomeOf(await add('one'))).toBe('temporarily_unavailable')
    expect(await outcomeOf(await add('two'))).toBe('provider_misconfigured')
    expect(await provider()).toMatchObject({ error: 'provider_misconfigured' })
  })

  test.each([
    [
      'and none has had a token for an hour: it is the provider',
      2 * hour,
      'provider_misconfigured',
    ],
    ['but others have just had theirs: it is their own', minute, 'temporarily_unavailable'],
  ])('WD-02 three users are refused, %s', async (_, agoMs, code) => {
    server.answer(() => wordless, unclear)
    const { add } = await given({ succeededAt: Date.now() - agoMs, succeededClient: clientMark })
    const outcomes = []
    for (const token of ['one', 'two', 'three']) outcomes.push(await outcomeOf(await add(token)))
    expect(outcomes.at(-1)).toBe(code)
  })

  test.each<[string, Partial<ProviderStateRow>, Partial<GrantRow>]>([
    [
      'within the last hour',
      { succeededAt: Date.now() - 30 * minute },
      { status: 'reauthorization_required', reason: 'invalid_grant' },
    ],
    ['longer ago', { succeededAt: Date.now() - 2 * hour }, { status: 'active' }],
    [
      'to another client of ours',
      { succeededAt: Date.now(), succeededClient: 'other' },
      { status: 'active' },
    ],
    ['never', {}, { status: 'active' }],
  ])(
    'WD-01 words that call the token dead count at once where a token was given %s',
    async (_, state, ended) => {
      server.answer(bad(worded))
      const { add, row } = await given({ succeededClient: clientMark, ...state })
      const id = await add('bad')
      await outcomeOf(id)
      expect(await row(id)).toMatchObject(ended)
    },
  )

  test('WD-01 a token that is given now is what the words of the next refusal are held against', async () => {
    server.answer(bad(worded))
    const { add, row, database } = await given()
    const id = await add('bad')
    await outcomeOf(id)
    expect(await row(id)).toMatchObject({ status: 'active', refusals: 1 })
    expect(await outcomeOf(await add('good'))).toBe('ok')
    await letWait(database, id)
    await outcomeOf(id)
    expect(await row(id)).toMatchObject({ status: 'reauthorization_required' })
  })

  const refusedFor = (ageMs: number, refusals: number, lastMs = hour) => ({
    refusedSince: Date.now() - ageMs,
    refusedAt: Date.now() - lastMs,
    ...{ refusals, refreshFailures: refusals, refreshError: 'temporarily_unavailable' },
  })
  const day = 24 * hour
  const others = { succeededAt: Date.now() - 30 * minute, succeededClient: clientMark }
  const crowd = Array.from({ length: 9 }, (_, index) => `t0000000${index}`).join(' ')

  test.each<[string, TokenAnswer, TokenAnswer, Partial<GrantRow>, Partial<ProviderStateRow>]>([
    ['while another was renewed in between', wordless, unclear, refusedFor(day + hour, 4), others],
    [
      'in whatever words, while another was renewed',
      tenant,
      unclear,
      refusedFor(day + hour, 4),
      others,
    ],
    [
      'as if it were the client, while another was renewed',
      badClient,
      unclear,
      refusedFor(day + hour, 9),
      others,
    ],
    [
      'where there is no other, and the client is good',
      wordless,
      healthy,
      refusedFor(day + hour, 4),
      {},
    ],
  ])(
    'RS-01 WD-01 refused for a day and five times, %s: it ends',
    async (_, answer, check, values, state) => {
      server.answer(() => answer, check)
      const { add, row, database } = await given(state)
      const id = await add('bad', values)
      expect(await outcomeOf(id)).toBe('ok')
      expect(await row(id)).toMatchObject({ status: 'reauthorization_required', reason: 'refused' })
      expect(await eventsOf(database, id)).toEqual([
        ['reauthorization_required', { reason: 'refused' }],
      ])
    },
  )

  test.each<[string, TokenAnswer, TokenAnswer, Partial<GrantRow>, Partial<ProviderStateRow>]>([
    ['for less than a day', wordless, unclear, refusedFor(day - hour, 40), others],
    ['four times', wordless, unclear, refusedFor(3 * day, 3), others],
    [
      'and nobody was renewed since the last time, nor is it known what the client is worth',
      wordless,
      unclear,
      refusedFor(3 * day, 40, minute),
      others,
    ],
    [
      'and it was another client that was given tokens',
      wordless,
      unclear,
      refusedFor(3 * day, 40),
      { ...others, succeededClient: 'other' },
    ],
    [
      'together with many, and none was renewed',
      wordless,
      healthy,
      refusedFor(3 * day, 40),
      { refusedUsers: crowd },
    ],
    [
      'with the client refused, and nobody was renewed',
      badClient,
      healthy,
      refusedFor(3 * day, 40),
      {},
    ],
    [
      'by a page',
      { status: 400, body: '<html>', headers: { 'content-type': 'text/html' } },
      unclear,
      refusedFor(3 * day, 40),
      others,
    ],
    [
      'and now it is an outage',
      { status: 503, body: { error: 'invalid_grant' } },
      unclear,
      refusedFor(3 * day, 40),
      others,
    ],
    [
      'and now it is a limit',
      { status: 429, body: { message: 'Invalid refresh token' } },
      unclear,
      refusedFor(3 * day, 40),
      others,
    ],
  ])('WD-01 refused %s: it stays', async (_, answer, check, values, state) => {
    server.answer(() => answer, check)
    const { add, row } = await given(state)
    const id = await add('bad', values)
    expect(await outcomeOf(id)).not.toBe('ok')
    expect(await row(id)).toMatchObject({ status: 'active', reason: null })
  })

  test('RS-01 who asks for a refused grant is told since when, and a renewal forgets it', async () => {
    server.answer(bad(wordless))
    const { add, row, database } = await given()
    const id = await add('bad')
    for (const _ of ['as it happens', 'as it is stored'])
      await expect(refresh({ grantId: id, provider: 'acme', version: 1 })).rejects.toMatchObject({
        code: 'temporarily_unavailable',
        detail: { grant: id, refused_since: expect.stringMatching(/^20/) },
      })
    server.answer(() => renewed())
    await letWait(database, id)
    expect(await outcomeOf(id)).toBe('ok')
    expect(await row(id)).toMatchObject({ refusedSince: null, refusedAt: null, refusals: 0 })
  })

  test('WD-03 a probe goes to a grant that has not just failed, and its failure waits no longer than its own pause', async () => {
    server.answer(() => badClient, badClient)
    const blocked = { error: 'provider_misconfigured', failures: 1, since: 1 }
    const { add, provider } = await given({ ...blocked, blockedUntil: Date.now() - 100 })
    const failing = await add('failing', {
      refreshFailures: 1,
      refreshError: 'provider_misconfigured',
    })
    expect(await outcomeOf(failing)).toBe('provider_misconfigured')
    expect(server.sent).toEqual([])
    expect(await outcomeOf(await add('clean'))).toBe('provider_misconfigured')
    expect(server.sent).toEqual(['clean'])
    const state = await provider()
    expect(state?.probeUntil).toBe(0)
    expect((state?.blockedUntil ?? 0) - Date.now()).toBeLessThanOrEqual(2000)
  })

  test('WD-03 where all have failed, one of them tries after a while; one that succeeds is the end of it', async () => {
    const blocked = { error: 'provider_misconfigured', failures: 1, since: 1 }
    const { add, provider } = await given({ ...blocked, blockedUntil: Date.now() - 10_000 })
    const failing = await add('failing', {
      refreshFailures: 1,
      refreshError: 'provider_misconfigured',
    })
    expect(await outcomeOf(failing)).toBe('ok')
    expect(await provider()).toMatchObject({ error: null, blockedUntil: 0, probeUntil: 0 })
  })

  test('RF-27 a wrong address for refreshing alone is told at once, though the client is good', async () => {
    server.answer(() => ({ status: 404, body: { message: 'Not found' } }))
    const { add, row, provider } = await given()
    const id = await add('one', { provider: 'elsewhere' })
    const refused = refresh({ grantId: id, provider: 'elsewhere', version: 1 })
    await expect(refused).rejects.toMatchObject({ code: 'provider_misconfigured' })
    expect(await row(id)).toMatchObject({ status: 'active', refusedSince: null })
    expect(await provider()).toMatchObject({ error: 'provider_misconfigured' })
  })

  test('WD-15 a redirect is an answer: the token is sent once, and an administrator is told', async () => {
    const moved = { status: 308, body: '', headers: { location: '/elsewhere' } }
    server.answer(() => moved, moved)
    const { add, provider, row } = await given()
    const id = await add('once')
    expect(await outcomeOf(id)).toBe('provider_misconfigured')
    expect(server.sent).toEqual(['once'])
    expect(await row(id)).toMatchObject({
      status: 'active',
      inDoubtSince: null,
      unansweredSends: 0,
    })
    expect(await provider()).toMatchObject({ error: 'provider_misconfigured' })
  })

  test.each([
    ['before it can have been due', 5000, hour, 'possible_reuse'],
    ['when its minutes were over', 10_000, 0, 'invalid_grant'],
    ['long after', hour, 0, 'invalid_grant'],
  ])('RF-23 a renewed token that is refused %s', async (_, agoMs, leftMs, reason) => {
    server.answer(() => ({ status: 400, body: { error: 'invalid_grant' } }))
    const { add, row } = await given()
    const now = Date.now()
    const id = await add('ended', {
      lastRefreshedAt: now - agoMs,
      accessTokenExpiresAt: now + leftMs,
    })
    await outcomeOf(id)
    expect(await row(id)).toMatchObject({ reason })
  })

  test('RF-23 a provider that says so is believed, however long ago it was renewed', async () => {
    const body = { error: 'invalid_grant', error_description: 'refresh token already used' }
    server.answer(() => ({ status: 400, body }))
    const { add, row } = await given()
    const id = await add('ended', { lastRefreshedAt: Date.now() - hour })
    await outcomeOf(id)
    expect(await row(id)).toMatchObject({ reason: 'possible_reuse' })
  })
})

function outcomeOf(grantId: string): Promise<string> {
  return refresh({ grantId, provider: 'acme', version: 1 }).then(
    () => 'ok',
    (error: { code: string }) => error.code,
  )
}

/** A user whom nobody else's grants belong to. */
function someone(): User {
  return { id: randomUUID(), sub: '', org: '', name: null, email: null } as unknown as User
}

async function eventsOf({ db, tables }: Database, grantId: string) {
  const { events } = tables
  const rows = await db.select().from(events).where(eq(events.grantId, grantId))
  return rows.map(({ type, detail }) => [type, JSON.parse(detail)])
}

/** Lets the pause after a failure pass. */
async function letWait({ db, tables }: Database, id: string): Promise<void> {
  await db.update(tables.grants).set({ refreshNotBefore: 0 }).where(eq(tables.grants.id, id))
}
