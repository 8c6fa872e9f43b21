import { arrivedToken, askApi, userEndpoints } from '../api.ts'
import type { Answer } from '../browser-client.ts'
import { expect, test } from '../fixtures.ts'
import { seedGrant } from '../seed.ts'
import type { World } from '../world.ts'

/** What is not a registered origin, each for another reason. */
const strangers = ({ spa, attacker, appUrl }: World) => [
  attacker.url,
  appUrl,
  'null',
  '*',
  `${spa.url}/`,
  `${spa.url}.evil.test`,
  spa.url.replace('http:', 'https:'),
  spa.url.replace(/:\d+$/, ''),
  spa.url.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10)),
  spa.url.toUpperCase(),
  `${spa.url}, ${spa.url}`,
]

test('SA-10 only the page of a registered SPA may read what the API answers, and never with cookies', async ({
  world,
}) => {
  const token = await arrivedToken(world, 'alice')
  const grant = await seedGrant(world.rows)
  for (const { method, path } of userEndpoints(grant)) {
    for (const call of [{ method, token }, { method }]) {
      const answer = await askApi(world, path, call)
      expect(answer.headers['access-control-allow-origin'], path).toBe(world.spa.url)
      expect(answer.headers['access-control-allow-credentials'], path).toBeUndefined()
      expect(answer.headers.vary, path).toMatch(/\bOrigin\b/i)
    }
    for (const origin of strangers(world)) {
      const answer = await askApi(world, path, { method, token, origin })
      expect(corsOf(answer), `${origin} at ${path}`).toEqual([])
      expect(answer.headers.vary, path).toMatch(/\bOrigin\b/i)
    }
  }
})

test('SA-10 a preflight lets a registered SPA ask what there is, and nobody else', async ({
  world,
}) => {
  for (const { method, path } of userEndpoints(crypto.randomUUID())) {
    const headers = {
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization,content-type',
    }
    const answer = await askApi(world, path, { method: 'OPTIONS', headers })
    expect(answer.status, path).toBe(204)
    expect(answer.headers['access-control-allow-origin']).toBe(world.spa.url)
    expect(answer.headers['access-control-allow-methods']?.split(', ')).toContain(method)
    expect(answer.headers['access-control-allow-headers']).toContain('authorization')
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined()
    for (const origin of strangers(world)) {
      const refused = await askApi(world, path, { method: 'OPTIONS', headers, origin })
      expect(corsOf(refused), `${origin} at ${path}`).toEqual([])
    }
  }
})

test('SA-10 tickets and completions are for registered origins alone, with whatever token', async ({
  world,
}) => {
  const token = await arrivedToken(world, 'alice')
  for (const route of ['tickets', 'complete'])
    for (const origin of [...strangers(world), '']) {
      const path = `/api/integrations/acme/${route}`
      const { status, body } = await askApi(world, path, { method: 'POST', token, origin })
      expect([status, JSON.parse(body).code], origin).toEqual([403, 'forbidden'])
    }
})

test('SA-10 start, callback, relay and the token route say nothing to pages of other origins', async ({
  alice,
  world,
}) => {
  for (const [method, path] of [
    ['GET', '/api/integrations/acme/start'],
    ['GET', '/api/integrations/acme/callback'],
    ['GET', '/api/integrations/acme/relay'],
    ['OPTIONS', '/api/integrations/acme/relay'],
    ['OPTIONS', '/api/integrations/acme/start'],
    ['OPTIONS', '/api/integrations/acme/callback'],
    ['OPTIONS', '/api/integrations/acme/token'],
    ['POST', '/api/integrations/acme/token'],
  ] as const) {
    const answer = await alice.get(path, { method, headers: { origin: world.spa.url } })
    expect(corsOf(answer), `${method} ${path}`).toEqual([])
  }
})

/** What a page of this origin says. */
const own = { 'sec-fetch-site': 'same-origin', 'x-grantkeeper': '1' }

const insufficient = ({ attacker, appUrl }: World): Record<string, string>[] => [
  {},
  { 'x-grantkeeper': '1' },
  { 'sec-fetch-site': 'same-origin' },
  { ...own, 'x-grantkeeper': '0' },
  { ...own, 'sec-fetch-site': 'same-site' },
  { ...own, 'sec-fetch-site': 'cross-site' },
  { ...own, 'sec-fetch-site': 'none' },
  { 'content-type': 'text/plain', origin: attacker.url },
  { 'content-type': 'application/x-www-form-urlencoded', origin: appUrl },
]

test('SA-11 with the cookie alone, nothing changes unless a page of this origin says that it asks', async ({
  alice,
  world,
}) => {
  await alice.get('/integrations')
  const grant = await seedGrant(world.rows)
  const changes = userEndpoints(grant).filter(({ method }) => method !== 'GET')
  for (const { method, path } of changes)
    for (const headers of insufficient(world)) {
      const { status, body } = await alice.get(path, { method, headers })
      // Tickets and completions take no cookie at all.
      const isSpa = /(tickets|complete)$/.test(path)
      expect([403, ...(isSpa ? [401] : [])], `${method} ${path} ${body}`).toContain(status)
    }
  const [row] = await world.rows.all('grants')
  expect(row).toMatchObject({ status: 'active', paused_at: null, version: 1 })
  const paused = await alice.get(`/api/grants/${grant}/pause`, { method: 'POST', headers: own })
  expect(paused.status, paused.body).toBe(200)
})

test('SA-11 no GET changes anything', async ({ alice, world }) => {
  await alice.get('/integrations')
  const grant = await seedGrant(world.rows)
  const events = await world.rows.all('events')
  for (const { path } of userEndpoints(grant))
    for (const query of ['', '?_method=DELETE', '?method=POST'])
      await alice.get(path + query, { headers: { ...own, 'x-http-method-override': 'DELETE' } })
  expect(await world.rows.all('grants')).toMatchObject([{ status: 'active', paused_at: null }])
  expect(await world.rows.all('events')).toEqual(events)
})

function corsOf({ headers }: Answer): string[] {
  return Object.keys(headers).filter((name) => name.startsWith('access-control-'))
}
