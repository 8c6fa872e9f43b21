import { type ApiCall, arrivedToken, askApi, fullToken } from '../api.ts'
import { apiKey } from '../api-key.ts'
import { startApp } from '../app.ts'
import type { Answer } from '../browser-client.ts'
import { startDatabase } from '../databases.ts'
import { expect, test } from '../fixtures.ts'
import { inOwnWorld } from '../own-world.ts'
import { seedGrant } from '../seed.ts'
import { freePort } from '../stand-in/server.ts'
import { askForToken, bearer } from '../token-request.ts'
import type { World } from '../world.ts'

/** What may be changed in a minute. */
const writes = 120

test('SA-14 the limit is the user’s, whatever address a header names, and whatever token they bring', async () => {
  await inOwnWorld({}, async ({ world }) => {
    const tokens = [await arrivedToken(world, 'alice'), await fullToken(world, 'alice')]
    const grant = await seedGrant(world.rows)
    const pause = (n: number, token = tokens[n % 2] ?? '') =>
      change(world, grant, { token, headers: forwarded(n) })
    for (let n = 0; n < writes; n += 1) {
      const answer = await pause(n)
      expect(answer.status, `call ${n}`).toBe(200)
      expect(quotaOf(answer)).toMatchObject({
        policy: `"write";q=${writes};w=60`,
        left: writes - 1 - n,
      })
    }
    for (let n = 0; n < 5; n += 1) expectLimited(await pause(n))
    expect((await pause(0, await fullToken(world, 'bob'))).status, 'bob is not held up').toBe(404)
    const exposed = (await pause(0)).headers['access-control-expose-headers']?.split(', ')
    expect(exposed).toEqual(
      expect.arrayContaining(['ratelimit', 'ratelimit-policy', 'retry-after']),
    )
    const read = await askApi(world, '/api/integrations', { token: tokens[0] ?? '' })
    expect([read.status, quotaOf(read).policy]).toEqual([200, '"read";q=600;w=60'])
  })
})

test('SA-14 who is not known is not counted: no flood of wrong tokens shuts anybody out', async ({
  world,
}) => {
  const token = await arrivedToken(world, 'alice')
  for (let n = 0; n < 200; n += 1) {
    const answer = await askApi(world, '/api/integrations', { token: `${token}x` })
    expect(answer.status).toBe(401)
    expect(answer.headers.ratelimit).toBeUndefined()
  }
  expect((await askApi(world, '/api/integrations', { token })).status).toBe(200)
})

test('tickets and completions of one user share a limit', async () => {
  await inOwnWorld({}, async ({ world }) => {
    const token = await arrivedToken(world, 'alice')
    const path = (n: number) => `/api/integrations/acme/${n % 2 ? 'tickets' : 'complete'}`
    for (let n = 0; n < writes; n += 1) {
      const answer = await askApi(world, path(n), { method: 'POST', token, body: {} })
      expect([answer.status, quotaOf(answer).left]).toEqual([400, writes - 1 - n])
    }
    for (const n of [0, 1])
      expectLimited(await askApi(world, path(n), { method: 'POST', token, body: {} }))
  })
})

test('a backend job is told its limit, and counting it writes nothing', async ({ world }) => {
  const authorization = bearer(await apiKey(world))
  const body = { user: 'auth0|nobody' }
  const left: number[] = []
  for (const _ of [1, 2]) {
    const answer = await askForToken(world, { authorization, body })
    expect(quotaOf(answer).policy).toBe('"token";q=60000;w=60')
    left.push(quotaOf(answer).left)
  }
  expect(left[0]).toBe((left[1] ?? 0) + 1)
  expect(await world.rows.all('rate_limits')).toEqual([])
})

test('SA-14 two instances on one Postgres share a limit, and who is over does not reach it', async () => {
  const { named, stop } = await startDatabase('postgres')
  await inOwnWorld(named, async ({ world }) => {
    const other = { ...world.env, PORT: String(await freePort()) }
    const second = await startApp(other)
    try {
      const token = await arrivedToken(world, 'alice')
      const grant = await seedGrant(world.rows)
      const instances = [world.appUrl, `http://localhost:${other.PORT}`]
      const pause = (n: number) =>
        change(world, grant, { token, headers: forwarded(n), at: instances[n % 2] ?? '' })
      for (let n = 0; n < writes; n += 1) expect((await pause(n)).status, `call ${n}`).toBe(200)
      for (let n = 0; n < 20; n += 1) expectLimited(await pause(n))
      const counted = (await world.rows.all('rate_limits')).find(({ key }) =>
        String(key).startsWith('write:'),
      )
      expect(Number(counted?.points)).toBeLessThanOrEqual(writes + 1)
    } finally {
      await second.stop()
    }
  }).finally(stop)
})

function change(world: World, grant: string, call: ApiCall): Promise<Answer> {
  return askApi(world, `/api/grants/${grant}/pause`, { method: 'POST', ...call })
}

/** Another address in every header that names one. */
function forwarded(n: number): Record<string, string> {
  const address = `203.0.${n >> 8}.${n & 255}`
  return {
    'x-forwarded-for': `${address}, 2001:db8::${n.toString(16)}`,
    'x-real-ip': address,
    'x-client-ip': address,
    'true-client-ip': address,
    'cf-connecting-ip': address,
    'x-vercel-forwarded-for': address,
    forwarded: `for=${address}`,
  }
}

function quotaOf({ headers }: Answer): { policy: string; left: number; resetS: number } {
  const [, left, resetS] = /^"\w+";r=(\d+);t=(\d+)$/.exec(String(headers.ratelimit)) ?? []
  return { policy: String(headers['ratelimit-policy']), left: Number(left), resetS: Number(resetS) }
}

function expectLimited(answer: Answer): void {
  const { status, headers, body } = answer
  expect([status, JSON.parse(body).code]).toEqual([429, 'rate_limited'])
  const { left, resetS } = quotaOf(answer)
  expect(left).toBe(0)
  expect(Number(headers['retry-after'])).toBe(resetS)
  expect(resetS).toBeGreaterThan(0)
  expect(resetS).toBeLessThanOrEqual(60)
}
