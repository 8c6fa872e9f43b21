import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { database, openDatabase } from '#db'
import { headerOf } from '#e2e/stand-in/request-log'
import { findProvider } from '#lib/providers/provider'
import type { User } from '#lib/session'
import { addGrant, addUser, useDatabase } from '../testing/database.ts'
import { startThirdParties, type ThirdParties } from '../testing/third-parties.ts'
import { type ApiCall, callApi } from './call-api.ts'
import { storeUses } from './uses.ts'

let parties: ThirdParties
beforeAll(async () => {
  parties = await startThirdParties({ TOKEN_DEADLINE_MS: '1000', LEASE_MS: '4000' })
  useDatabase(await openDatabase('file::memory:', { migrate: true }))
})
afterAll(() => parties.close())

let user: User
let grantId: string
beforeEach(async () => {
  parties.acme.reset()
  user = await addUser(await database())
  grantId = await addGrant(await database(), user)
})

const renewed = { access_token: 'AT_cnry_new', token_type: 'Bearer', expires_in: 3600 }
const code = (expected: string, more = {}) => expect.objectContaining({ code: expected, ...more })

test('a call has the token of the grant, and is remembered as a use by the proxy', async () => {
  parties.acme.ctl({ endpoint: 'api', body: '{"a":1}' })
  const { status, body } = await callApi(user, callOf())
  expect([status, await new Response(body).text()]).toEqual([200, '{"a":1}'])
  expect(tokens()).toEqual(['Bearer AT_cnry_old'])
  await storeUses()
  const { db, tables } = await database()
  const events = await db.select().from(tables.events)
  expect(events.filter((event) => event.grantId === grantId)).toMatchObject([
    { type: 'used', actor: 'user', detail: '{"caller":"proxy"}', times: 1 },
  ])
})

test('PX-14 a token that is refused is renewed once, and the same call made once more', async () => {
  parties.acme.ctl({ endpoint: 'token', body: JSON.stringify(renewed) })
  parties.acme.ctl({ endpoint: 'api', body: '{}' })
  parties.acme.ctl({ endpoint: 'api', nth: 1, status: 401 })
  const { status } = await callApi(user, callOf({ method: 'POST', body: upload(60_000) }))
  expect(status).toBe(200)
  expect(tokens()).toEqual(['Bearer AT_cnry_old', 'Bearer AT_cnry_new'])
  expect(apiCalls().map(({ body }) => body.length)).toEqual([60_000, 60_000])
})

test('PX-14 a request that was not kept is not made again, but its token is renewed', async () => {
  parties.acme.ctl({ endpoint: 'token', body: JSON.stringify(renewed) })
  parties.acme.ctl({ endpoint: 'api', status: 401 })
  await expect(callApi(user, callOf({ method: 'PUT', body: upload(200_000) }))).rejects.toEqual(
    code('provider_error', { status: 409 }),
  )
  expect(apiCalls()).toHaveLength(1)
  expect(parties.acme.calls('/token')).toHaveLength(1)
})

test('PX-10 what the entry does not allow is refused before anybody is asked', async () => {
  const provider = { ...findProvider('acme'), api_methods: ['GET' as const] }
  await expect(callApi(user, callOf({ provider, method: 'DELETE' }))).rejects.toEqual(
    code('forbidden', { status: 405 }),
  )
  const without = { ...provider, api: [] }
  await expect(callApi(user, callOf({ provider: without }))).rejects.toEqual(code('forbidden'))
  expect(apiCalls()).toEqual([])
})

test('PX-12 however a call ends, it leaves room for the next', { timeout: 120_000 }, async () => {
  parties.acme.ctl({ endpoint: 'api', body: '{}' })
  const gone = AbortSignal.abort()
  const tooLarge = new Headers({ 'content-length': '999999999' })
  for (let count = 0; count < 70; count += 1) {
    const { body } = await callApi(user, callOf())
    await new Response(body).text()
    expect((await callApi(user, callOf({ method: 'HEAD' }))).body).toBeNull()
    await (await callApi(user, callOf())).body?.cancel()
    for (const broken of [{ signal: gone }, { headers: tooLarge }, { grant: 'none' }])
      await expect(callApi(user, callOf(broken))).rejects.not.toEqual(code('rate_limited'))
  }
})

function callOf(given: Partial<ApiCall> = {}): ApiCall {
  return {
    provider: findProvider('acme'),
    ...{ path: 'x', query: '', method: 'GET', headers: new Headers(), body: null },
    signal: new AbortController().signal,
    ...given,
  }
}

function upload(bytes: number): ReadableStream<Uint8Array> {
  return new Blob(['x'.repeat(bytes)]).stream()
}

function apiCalls() {
  return parties.acme.calls('/v1/x')
}

function tokens() {
  return apiCalls().map((call) => headerOf(call, 'authorization'))
}
