import { randomUUID } from 'node:crypto'
import { eventPage } from '#app/api/schemas/event'
import { disconnected, grant as grantSchema } from '#app/api/schemas/grant'
import { integrationList } from '#app/api/schemas/integration'
import { problem } from '#app/api/schemas/problem'
import { completion, ticket } from '#app/api/schemas/ticket'
import { token } from '#app/api/schemas/token'
import { arrivedToken, askApi, fullToken, userEndpoints } from '../api.ts'
import { expect, test } from '../fixtures.ts'
import { approve, connect, visitCallback } from '../flow.ts'
import { machineToken } from '../machine-token.ts'
import { day, refreshable, seedEvent, seedGrant, seedTrouble } from '../seed.ts'
import { handleOf, openStart, spaOf } from '../spa.ts'
import { askForToken, bearer } from '../token-request.ts'
import { userToken } from '../user-token.ts'

test('the list has every provider with its grants, as the schema says, by token and by cookie', async ({
  alice,
  world,
}) => {
  await connect(alice)
  const token = await fullToken(world, 'alice')
  const answer = await askApi(world, '/api/integrations', { token })
  expect(answer.status, answer.body).toBe(200)
  const { integrations } = integrationList.parse(JSON.parse(answer.body))
  const acme = integrations.find(({ provider }) => provider === 'acme')
  expect(acme).toMatchObject({
    state: 'connected',
    grants: [{ provider: 'acme', account: { id: 'acme_ann' }, state: 'connected' }],
    connect_url: `${world.appUrl}/integrations/connect/acme`,
  })
  expect(integrations.find(({ provider }) => provider === 'plain')).toMatchObject({
    state: 'not_connected',
    grants: [],
  })
  const byCookie = await alice.get('/api/integrations')
  expect(JSON.parse(byCookie.body)).toEqual(JSON.parse(answer.body))
  expect(answer.body).not.toMatch(/_cnry_|gk1\./)
  expect(answer.headers['cache-control']).toContain('no-store')
})

test('each state of a grant is told by its plain name, with the page where its user can mend it', async ({
  world,
}) => {
  const token = await arrivedToken(world, 'alice')
  const soon = { refresh_token: null, access_token_expires_at: Date.now() + 2 * day }
  const seeded = {
    connected: await seedGrant(world.rows),
    missing_scopes: await seedGrant(world.rows, { scope: 'openid' }),
    paused: await seedGrant(world.rows, { paused_at: Date.now() }),
    expiring: await seedGrant(world.rows, soon),
    reauthorization_required: await seedGrant(world.rows, {
      ...{ status: 'reauthorization_required', reason: 'revoked' },
    }),
    disconnected: await seedGrant(world.rows, {
      ...{ status: 'disconnected', disconnected_at: Date.now(), revocation: 'failed' },
    }),
    misconfigured: await seedGrant(world.rows, {
      ...{ provider: 'plain', ...refreshable, access_token_expires_at: Date.now() + day },
    }),
  }
  await seedTrouble(world.rows, {
    ...{ provider: 'plain', error: 'provider_misconfigured', since: Date.now(), reference: 'R-2' },
  })
  for (const [state, id] of Object.entries(seeded)) {
    const { status, body } = await askApi(world, `/api/grants/${id}`, { token })
    expect(status, body).toBe(200)
    const grant = grantSchema.parse(JSON.parse(body))
    expect(grant.state).toBe(state)
    const isToMend = ['missing_scopes', 'expiring', 'reauthorization_required'].includes(state)
    const page = `${world.appUrl}/integrations/connect/acme?grant=${id}`
    expect(grant.connect_url).toBe(isToMend ? page : null)
    if (state === 'misconfigured') expect(grant.trouble).toMatchObject({ reference: 'R-2' })
  }
  const { body } = await askApi(world, '/api/integrations', { token })
  const { integrations } = integrationList.parse(JSON.parse(body))
  const [acme, plain] = ['acme', 'plain'].map((id) =>
    integrations.find(({ provider }) => provider === id),
  )
  expect(acme?.state).toBe('reauthorization_required')
  expect(acme?.grants.map(({ state }) => state)).not.toContain('disconnected')
  expect(plain?.state).toBe('misconfigured')
})

test('a grant is paused and resumed, and each answer is the grant as it then is', async ({
  world,
}) => {
  const token = await arrivedToken(world, 'alice')
  const id = await seedGrant(world.rows)
  for (const [verb, state] of [
    ['pause', 'paused'],
    ['pause', 'paused'],
    ['resume', 'connected'],
  ] as const) {
    const answer = await askApi(world, `/api/grants/${id}/${verb}`, { method: 'POST', token })
    expect(grantSchema.parse(JSON.parse(answer.body)).state).toBe(state)
  }
})

test('a second disconnect is told what the first came to, and no page is left to be used', async ({
  alice,
  grants,
  world,
}) => {
  await connect(alice)
  const [grant] = await grants('alice')
  const token = await fullToken(world, 'alice')
  const path = `/api/grants/${grant?.id}`
  for (const _ of ['first', 'second']) {
    const answer = await askApi(world, path, { method: 'DELETE', token })
    expect(answer.status, answer.body).toBe(200)
    expect(disconnected.parse(JSON.parse(answer.body))).toEqual({ revocation: 'revoked' })
  }
  expect(world.providers.acme.calls('/revoke')).toHaveLength(1)
  const after = grantSchema.parse(JSON.parse((await askApi(world, path, { token })).body))
  expect(after).toMatchObject({ state: 'disconnected', revocation: 'revoked' })
  const pause = await askApi(world, `${path}/pause`, { method: 'POST', token })
  expect([pause.status, JSON.parse(pause.body).code]).toEqual([404, 'not_connected'])
})

test('events are read page by page to their end, each once, the newest first', async ({
  world,
}) => {
  const token = await arrivedToken(world, 'alice')
  const id = await seedGrant(world.rows)
  const now = Date.now()
  for (let n = 0; n < 7; n += 1)
    await seedEvent(world.rows, { grant_id: id, created_at: now - 1000 * Math.floor(n / 2) })
  await seedEvent(world.rows, { grant_id: await seedGrant(world.rows) })
  const seen: string[] = []
  let next: string | null = `/api/grants/${id}/events?limit=3`
  for (let pages = 0; next; pages += 1) {
    expect(pages).toBeLessThan(3)
    const answer = await askApi(world, next, { token })
    const page = eventPage.parse(JSON.parse(answer.body))
    seen.push(...page.events.map((event) => event.id))
    const [, link] = /^<([^>]+)>; rel="next"$/.exec(String(answer.headers.link)) ?? []
    expect(link ? new URL(link).searchParams.get('cursor') : null).toBe(page.next_cursor)
    next = link ?? null
  }
  expect(new Set(seen).size).toBe(7)
  for (const query of ['limit=0', 'limit=101', 'limit=x', 'cursor=x', 'limit=1&limit=2']) {
    const { status, body } = await askApi(world, `/api/grants/${id}/events?${query}`, { token })
    expect([status, problem.parse(JSON.parse(body)).code], query).toEqual([400, 'invalid_request'])
    expect(problem.parse(JSON.parse(body)).errors).toHaveLength(1)
  }
})

test("SA-12 another user's grant, and what is no id at all, look like a grant that is unknown", async ({
  world,
}) => {
  await arrivedToken(world, 'bob')
  const foreign = await seedGrant(world.rows, {}, 'bob')
  await seedEvent(world.rows, { grant_id: foreign }, 'bob')
  const token = await fullToken(world, 'alice')
  const ids = [foreign, randomUUID(), foreign.toUpperCase(), 'x', '%00', "'%20or%201=1", '..%2f']
  const endpoints = userEndpoints('ID').filter(({ path }) => path.includes('/grants/'))
  for (const { method, path } of endpoints) {
    const answers = await Promise.all(
      ids.map((id) => askApi(world, path.replace('ID', id), { method, token })),
    )
    for (const { status, body } of answers)
      expect([status, body], `${method} ${path}`).toEqual([404, answers[1]?.body])
    expect(problem.parse(JSON.parse(answers[0]?.body ?? '')).code).toBe('not_connected')
  }
  const [row] = await world.rows.all('grants')
  expect(row).toMatchObject({ status: 'active', paused_at: null })
})

test('tickets, completions and tokens for jobs are as their schemas say', async ({
  newVisitor,
  world,
}) => {
  const spa = await spaOf(world, 'alice')
  const asked = await spa.ask()
  expect(ticket.parse(JSON.parse(asked.body)).expires_in).toBe(60)
  const { startUrl, verifier } = await spa.ticket()
  const browser = await newVisitor()
  const { location } = await openStart(browser, startUrl)
  const back = await visitCallback(browser, await approve(new URL(String(location))))
  const done = await spa.complete({ handle: handleOf(back), verifier })
  const { grant } = completion.parse(JSON.parse(done.body))
  const authorization = bearer(await machineToken(world.login))
  const vended = await askForToken(world, { authorization, body: { user: 'auth0|alice' } })
  expect(token.parse(JSON.parse(vended.body)).grant).toBe(grant)
})

test('a token of less scope, a machine, and a method that is not there are refused', async ({
  world,
}) => {
  await arrivedToken(world, 'alice')
  const id = await seedGrant(world.rows, { provider: 'plain' })
  const reader = await userToken(world.login, 'alice', { scope: 'integrations:read' })
  const nobody = await userToken(world.login, 'alice')
  for (const { method, path } of userEndpoints(id)) {
    const isRead = method === 'GET'
    const read = await askApi(world, path, { method, token: reader })
    // Of what is not connected there is nothing to call.
    const found = path.includes('/proxy/') ? 404 : 200
    expect(read.status, path).toBe(isRead ? found : 403)
    const none = await askApi(world, path, { method, token: nobody })
    expect([none.status, JSON.parse(none.body).code]).toEqual([403, 'insufficient_scope'])
  }
  for (const method of ['PUT', 'PATCH', 'POST'])
    expect((await askApi(world, `/api/grants/${id}`, { method, token: reader })).status).toBe(405)
})
