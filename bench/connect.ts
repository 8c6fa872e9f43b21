import { request } from 'undici'
import { seedGrants } from './harness/grants.ts'
import { startWorker } from './harness/in-app.ts'
import {
  type Candidate,
  type Effort,
  interleave,
  type Measured,
  underLoad,
} from './harness/interleave.ts'
import { type Call, roundRobin } from './harness/load.ts'
import { openPlace, type Place } from './harness/place.ts'
import { compared, type Line } from './harness/report.ts'
import type { Served } from './harness/serve.ts'
import { serveApp, serveNextPeer, servePeer } from './harness/servers.ts'
import { sessions } from './harness/sessions.ts'

/** Enough that none of them starts more often than a person may. */
const people = 200

/** The two ends of the authorization code grant, beside an empty route and beside `grant`. */
export async function connect(effort: Effort): Promise<Line[]> {
  const place = await openPlace()
  const started = await startAll(place, effort.isQuick ? 300 : 1_000)
  try {
    return toLines(await interleave(started.candidates, effort))
  } finally {
    await started.stop()
    await place.close()
  }
}

async function startAll(place: Place, callbacks: number) {
  const databaseUrl = await place.newFile('connect')
  const env = await place.envFor(databaseUrl)
  const seeding = { databaseUrl, keys: env.VAULT_KEYS ?? '', issuer: place.issuer.name }
  const cookies = await sessions(env, await seedGrants({ ...seeding, count: people }))
  const [app, empty, grant] = await Promise.all([
    serveApp(env),
    serveNextPeer('empty'),
    servePeer('grant.mjs', { BENCH_PROVIDER: place.provider.url }),
  ])
  const worker = await startWorker(env, 'bench/servers/steps.ts')
  const given = { cookies, endpoint: `${place.provider.url}/token` }
  const step = (verb: string) => (forMs: number) => worker.ask({ verb, forMs, ...given })
  const ourStarts = cookies.map((cookie) => startAt('/api/integrations/acme/start', 303, cookie))
  const grantStart = startAt('/connect/acme', 302)
  return {
    candidates: {
      start: underLoad(app, roundRobin(ourStarts)),
      empty: underLoad(empty, () => ({ path: '/api/empty' })),
      session: step('session'),
      seal: step('seal'),
      unseal: step('unseal'),
      call: step('call'),
      commit: step('commit'),
      grantStart: underLoad(grant, () => grantStart),
      callback: onceEach(app, roundRobin(ourStarts), callbacks, {
        path: '/api/integrations/acme/callback',
        expected: 303,
      }),
      grantCallback: onceEach(grant, () => grantStart, callbacks, {
        path: '/connect/acme/callback',
        expected: 302,
      }),
    },
    async stop() {
      worker.stop()
      await Promise.all([app, empty, grant].map((one) => one.stop()))
    },
  }
}

/** A click on the app's own page, as a browser sends it. */
function startAt(path: string, expected: number, cookie?: string): Call {
  return {
    path,
    expected,
    headers: {
      'sec-fetch-site': 'same-origin',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
      ...(cookie ? { cookie } : {}),
    },
  }
}

/** Callbacks are good once: so many are begun first, and only their ends measured. */
function onceEach(server: Served, next: () => Call, count: number, end: Call): Candidate {
  return async (forMs) => {
    const calls: Call[] = []
    for (let n = 0; n < count; n += 1) calls.push(await begin(server, next(), end))
    // It has just been at work, and each is good once: none is left out.
    return underLoad(server, () => calls.pop(), { leadInMs: 0 })(forMs)
  }
}

/** Begins an attempt, and gives the request by which the provider would end it. */
async function begin({ url }: Served, start: Call, end: Call): Promise<Call> {
  const { headers, body } = await request(url + start.path, { headers: start.headers ?? {} })
  await body.dump()
  const state = new URL(String(headers.location)).searchParams.get('state') ?? ''
  const set = [headers['set-cookie'] ?? []].flat().map((line) => line.split(';', 1)[0] ?? '')
  const cookie = [start.headers?.cookie ?? [], set].flat().join('; ')
  const query = new URLSearchParams({ code: `CODE.account${counter++}`, state })
  return {
    ...end,
    path: `${end.path}?${query}`,
    headers: { cookie, 'sec-fetch-site': 'cross-site' },
  }
}

let counter = 0

type Names = keyof Awaited<ReturnType<typeof startAll>>['candidates']

function toLines(measured: Record<Names, Measured>): Line[] {
  const line = (what: string, ours: Names, beside: string, other: Names) => ({
    ...{ part: 'connect', unit: 'µs CPU', what, ours: measured[ours].cpuUs },
    ...{ beside, besideValue: measured[other].cpuUs },
  })
  const empty = 'an empty Next route'
  const grant = 'grant on Express, in memory, no login'
  return [
    compared({
      ...line('start', 'start', empty, 'empty'),
      aim: { most: 1.6 },
    }),
    compared({
      ...line('callback', 'callback', empty, 'empty'),
      aim: { most: 2.5 },
    }),
    compared(
      line('of both: the session of the login, opened by its SDK', 'session', empty, 'empty'),
    ),
    compared(line('of a start: the transaction, sealed by iron-session', 'seal', empty, 'empty')),
    compared(line('of a callback: that seal, opened', 'unseal', empty, 'empty')),
    compared(line('of a callback: a call on a connection of its own', 'call', empty, 'empty')),
    compared(line('of a callback: one of its two commits', 'commit', empty, 'empty')),
    compared(line('start', 'start', grant, 'grantStart')),
    compared(line('callback', 'callback', grant, 'grantCallback')),
  ]
}
