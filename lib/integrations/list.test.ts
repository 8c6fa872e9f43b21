import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { onEachDialect } from '#db/testing/dialects'
import { keepTransaction } from '#lib/oauth/transaction'
import { attemptOf } from '../testing/attempt.ts'
import { addGrant, addUser, useDatabase } from '../testing/database.ts'
import { startThirdParties, type ThirdParties } from '../testing/third-parties.ts'
import { find, findGrant, list } from './list.ts'

let parties: ThirdParties
beforeAll(async () => {
  parties = await startThirdParties()
})
afterAll(() => parties.close())

/** All that is ever asked about tokens: whether there is one, and when they run out. */
const aboutTokens = [
  '"grants"."refresh_token" is not null',
  '"grants"."access_token_expires_at"',
  '"grants"."refresh_token_expires_at"',
]

onEachDialect('list', (open) => {
  const given = async () => {
    const database = useDatabase(await open())
    return { database, user: await addUser(database) }
  }

  test('CR-12 no token column is ever selected', async () => {
    const { database, user } = await given()
    const id = await addGrant(database, user)
    const { session } = database.db as unknown as {
      session: { prepareQuery: (query: { sql: string }, ...rest: unknown[]) => unknown }
    }
    const spy = vi.spyOn(session, 'prepareQuery')
    const seen = [await list(user, null), await find(user, 'acme', null), await findGrant(user, id)]
    const statements = spy.mock.calls.map(([{ sql }]) => sql)
    expect(statements).toHaveLength(3)
    for (const sql of statements) {
      expect(sql).toContain('"requested_scope"')
      expect(sql.match(/[^ ,(]*token[^ ,)]*( is not null)?/g)).toEqual(aboutTokens)
      expect(sql).not.toMatch(/select \*|\.\*/)
    }
    expect(JSON.stringify(seen)).not.toMatch(/gk1\.|cnry/)
  })

  test('every offered provider is there, with this user’s own grants and nobody else’s', async () => {
    const { database, user } = await given()
    const [mine, dead] = [
      await addGrant(database, user, { scope: 'a c', requestedScope: 'a b', accountLabel: 'Ann' }),
      await addGrant(database, user, { status: 'disconnected', disconnectedAt: 5, updatedAt: 5 }),
    ]
    await addGrant(database, await addUser(database))
    const all = await list(user, null)
    expect(all.map(({ provider }) => provider.id)).toEqual([
      'acme',
      'lasting',
      'mute',
      'narrow',
      'shortly',
      'whole',
    ])
    const [acme] = all
    expect(acme?.grants).toMatchObject([
      { id: mine, account: 'Ann', scope: ['a', 'c'], missing: ['b'], extra: ['c'] },
    ])
    expect(acme?.past).toMatchObject([{ id: dead, disconnectedAt: new Date(5) }])
    expect(all[1]?.grants).toEqual([])
  })

  test('SA-12 a grant is found by its own user alone', async () => {
    const { database, user } = await given()
    const id = await addGrant(database, user)
    expect(await findGrant(user, id)).toMatchObject({ id, provider: 'acme' })
    const notConnected = expect.objectContaining({ code: 'not_connected' })
    await expect(findGrant(await addUser(database), id)).rejects.toEqual(notConnected)
    await expect(findGrant(user, randomUUID())).rejects.toEqual(notConnected)
    await expect(find(user, 'gone', null)).rejects.toMatchObject({ code: 'unknown_provider' })
  })

  test('a live attempt of this browser shows, if it is this user’s', async () => {
    const { user } = await given()
    const cookieOf = async (sub: string) => {
      const [set = ''] = await keepTransaction(null, attemptOf({ sub }))
      return set.split(';', 1)[0] ?? ''
    }
    const own = await find(user, 'acme', await cookieOf(user.sub))
    expect(own.connecting?.until.getTime()).toBeGreaterThan(Date.now())
    expect((await find(user, 'mute', await cookieOf(user.sub))).connecting).toBeUndefined()
    expect((await find(user, 'acme', await cookieOf('other'))).connecting).toBeUndefined()
    expect((await find(user, 'acme', 'garbage')).connecting).toBeUndefined()
  })
})
