import { seedGrants } from './harness/grants.ts'
import { type Effort, median } from './harness/interleave.ts'
import type { Call } from './harness/load.ts'
import { apiKeys, openPlace, type Place } from './harness/place.ts'
import { alone, compared, type Line } from './harness/report.ts'
import type { Served } from './harness/serve.ts'
import { authPeer, serveApp, servePeer } from './harness/servers.ts'
import { gather, type Stormed } from './harness/storming.ts'

const providerMs = 150
const processes = 4

/** One token has run out, its refresh token is good once, and two thousand jobs want it at once. */
export async function storm({ isQuick }: Effort): Promise<Line[]> {
  const callers = isQuick ? 500 : 2_000
  const rounds = isQuick ? 2 : 9
  const place = await openPlace({ providerMs })
  try {
    const ours = await stormOurs(place, { callers, rounds })
    const theirs = await stormTheirs(place, { callers, rounds })
    return toLines({ callers, ours, theirs })
  } finally {
    await place.close()
  }
}

type Size = { callers: number; rounds: number }
type Result = {
  refreshes: number
  failed: number
  statuses: Stormed['statuses']
  p99: number
  emptyP99: number
}

async function stormOurs(place: Place, size: Size): Promise<Result> {
  const databaseUrl = await place.newFile('storm')
  const env = await place.envFor(databaseUrl)
  const seeding = { databaseUrl, keys: env.VAULT_KEYS ?? '', issuer: place.issuer.name }
  await seedGrants({ ...seeding, count: size.rounds, endsInMs: -60_000 })
  const [key] = await apiKeys(env, 1)
  const ports = await Promise.all(Array.from({ length: processes }, () => place.envFor('')))
  const servers = await Promise.all(ports.map(({ PORT = '' }) => serveApp({ ...env, PORT })))
  const call = (round: number): Call => ({
    path: '/api/integrations/acme/token',
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ user: `auth0|u${round}` }),
  })
  try {
    return await rounds(place, { servers, size, call, empty: withoutKey })
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
}

/** The least that the same door answers: without a key, nothing is looked up. */
const withoutKey: Call = {
  path: '/api/integrations/acme/token',
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{}',
  expected: 401,
}

async function stormTheirs(place: Place, size: Size): Promise<Result> {
  const { env, cookies } = await authPeer(place, { count: size.rounds, lifeS: -60 })
  const servers = await Promise.all(
    Array.from({ length: processes }, () => servePeer('auth-server.mjs', env)),
  )
  const call = (round: number): Call => ({
    path: '/api/auth/get-access-token',
    method: 'POST',
    headers: {
      cookie: cookies[round] ?? '',
      origin: 'http://app.test',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ accountId: `account${round}` }),
  })
  try {
    return await rounds(place, { servers, size, call, empty: { path: '/empty' } })
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
}

type Storm = { servers: Served[]; size: Size; call: (round: number) => Call; empty: Call }

/** Each round is of another user's token. The empty requests come from just as many at once. */
async function rounds(place: Place, { servers, size, call, empty }: Storm): Promise<Result> {
  const urls = servers.map(({ url }) => url)
  const crowd = await gather(urls, size.callers, empty)
  const results: (Stormed & { refreshes: number; emptyP99: number })[] = []
  for (let round = 0; round < size.rounds; round += 1) {
    const quiet = await crowd.all(empty)
    const before = await sent(place)
    const stormed = await crowd.all(call(round))
    const refreshes = (await sent(place)) - before
    results.push({ ...stormed, refreshes, emptyP99: quiet.p99 })
  }
  await crowd.leave()
  return {
    refreshes: Math.max(...results.map(({ refreshes }) => refreshes)),
    failed: Math.max(...results.map(({ failed }) => failed)),
    statuses: Object.assign({}, ...results.map(({ statuses }) => statuses)),
    p99: median(results.map(({ p99 }) => p99)),
    emptyP99: median(results.map(({ emptyP99 }) => emptyP99)),
  }
}

/** How many refreshes have reached the provider. */
async function sent({ provider }: Place): Promise<number> {
  const { refreshed, refused } = await (await fetch(`${provider.url}/seen`)).json()
  return refreshed + refused
}

function toLines({
  callers,
  ours,
  theirs,
}: {
  callers: number
  ours: Result
  theirs: Result
}): Line[] {
  const what = `storm of ${callers} on ${processes} processes`
  const beside = 'better-auth on node:http'
  const line = (name: string, unit: string, key: 'refreshes' | 'failed' | 'p99') => ({
    ...{ part: 'storm', what: `${what}: ${name}`, unit, ours: ours[key] },
    ...{ beside, besideValue: theirs[key] },
  })
  const failures = ours.failed > 0 ? { note: `answered with ${JSON.stringify(ours.statuses)}` } : {}
  return [
    { ...alone(line('most refreshes', '', 'refreshes')), aim: { most: 1 } },
    { ...alone(line('most failed answers', '', 'failed')), aim: { most: 0 }, ...failures },
    compared({
      ...line('p99', 'ms', 'p99'),
      beside: `provider ${providerMs} ms + 2 × an empty request (${Math.round(ours.emptyP99)} ms)`,
      besideValue: providerMs + 2 * ours.emptyP99,
      aim: { most: 1 },
    }),
    compared(line('p99', 'ms', 'p99')),
  ]
}
