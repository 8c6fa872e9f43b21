import { seedGrants } from './harness/grants.ts'
import { startWorker } from './harness/in-app.ts'
import { type Effort, interleave, type Measured, underLoad } from './harness/interleave.ts'
import { machines } from './harness/issuer.ts'
import { type Call, roundRobin } from './harness/load.ts'
import { apiKeys, openPlace, type Place } from './harness/place.ts'
import { peers } from './harness/prepare.ts'
import { compared, type Line, timesLess } from './harness/report.ts'
import {
  type AuthPeer,
  authPeer,
  serveApp,
  serveNextPeer,
  servePeer,
  servePortable,
} from './harness/servers.ts'

/** An access token that is fresh, asked for in every way, beside who else could give one. */
export async function vend(effort: Effort): Promise<Line[]> {
  const place = await openPlace()
  const started = await startAll(place)
  try {
    return toLines(await interleave(started.candidates, effort))
  } finally {
    await started.stop()
    await place.close()
  }
}

const people = 100

async function startAll(place: Place) {
  const databaseUrl = await place.newFile('vend')
  const env = await place.envFor(databaseUrl)
  const keys = env.VAULT_KEYS ?? ''
  const seeded = await seedGrants({ databaseUrl, keys, issuer: place.issuer.name, count: people })
  const subs = seeded.map(({ sub }) => sub)
  const byKey = roundRobin(requests(subs, await apiKeys(env)))
  const byToken = roundRobin(requests(subs, await machineTokens(place)))
  const auth = await authPeer(place, { count: people })
  const rawEnv = { VAULT_KEYS: keys, DATABASE_URL: databaseUrl, BENCH_ISSUER: place.issuer.name }
  const [fast, portable, raw, empty, authServer, authApp] = await Promise.all([
    serveApp(env),
    servePortable(await place.envFor(databaseUrl).then(({ PORT = '' }) => ({ ...env, PORT }))),
    servePeer('raw.mjs', rawEnv),
    serveNextPeer('empty'),
    servePeer('auth-server.mjs', auth.env),
    serveNextPeer('auth-app', auth.env),
  ])
  const core = await startWorker(env, 'bench/servers/core.ts')
  const authCore = await startWorker(auth.env, `${peers}/auth-core.mjs`, [
    JSON.stringify(auth.cookies),
  ])
  const atAuth = roundRobin(authRequests(auth))
  return {
    candidates: {
      fastByKey: underLoad(fast, byKey),
      raw: underLoad(raw, at('/', byKey)),
      fastByToken: underLoad(fast, byToken),
      rawKeyed: underLoad(raw, at('/keyed', byKey)),
      portableByKey: underLoad(portable, byKey),
      empty: underLoad(empty, at('/api/empty', byKey)),
      portableByToken: underLoad(portable, byToken),
      emptyAnswer: underLoad(empty, at('/api/of/acme/answer', byKey)),
      authServer: underLoad(authServer, atAuth),
      authApp: underLoad(authApp, atAuth),
      core: (forMs: number) => core.ask({ verb: 'vend', forMs, subs }),
      coreAmongOthers: (forMs: number) => core.ask({ verb: 'vendAmongOthers', forMs, subs }),
      others: (forMs: number) => core.ask({ verb: 'others', forMs }),
      authSession: (forMs: number) => authCore.ask({ forMs, as: 'session' }),
      authUser: (forMs: number) => authCore.ask({ forMs, as: 'user' }),
    },
    async stop() {
      core.stop()
      authCore.stop()
      await Promise.all([fast, portable, raw, empty, authServer, authApp].map((one) => one.stop()))
    },
  }
}

function requests(subs: string[], tokens: string[]): Call[] {
  return subs.map((user, index) => ({
    path: '/api/integrations/acme/token',
    method: 'POST' as const,
    headers: {
      authorization: `Bearer ${tokens[index % tokens.length]}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ user }),
  }))
}

function machineTokens({ issuer }: Place): Promise<string[]> {
  return Promise.all(Array.from({ length: machines }, (_, client) => issuer.machineToken(client)))
}

function authRequests({ cookies }: AuthPeer): Call[] {
  return cookies.map((cookie, n) => ({
    path: '/api/auth/get-access-token',
    method: 'POST' as const,
    headers: { cookie, origin: 'http://app.test', 'content-type': 'application/json' },
    body: JSON.stringify({ accountId: `account${n}` }),
  }))
}

/** The same requests at another path. */
function at(path: string, next: () => Call): () => Call {
  return () => ({ ...next(), path })
}

type Names = keyof Awaited<ReturnType<typeof startAll>>['candidates']

function toLines(measured: Record<Names, Measured>): Line[] {
  const cpu = (name: Names) => measured[name].cpuUs
  const line = (what: string, ours: Names, beside: string, other: Names) => ({
    ...{ part: 'vend', unit: 'µs CPU', what, ours: cpu(ours) },
    ...{ beside, besideValue: cpu(other) },
  })
  const [raw, rawKeyed] = ['raw node:http, SQLite, AES-GCM', 'the same, with the key looked up']
  const [inNext, alone] = ['better-auth in a Next route', 'better-auth on node:http']
  const empty = 'an empty Next route'
  return [
    compared({ ...line('vend, fast mouth, API key', 'fastByKey', raw, 'raw'), aim: { most: 1.3 } }),
    compared({
      ...line('vend, fast mouth, machine token', 'fastByToken', raw, 'raw'),
      aim: { most: 1.3 },
    }),
    compared(line('vend, fast mouth, API key', 'fastByKey', rawKeyed, 'rawKeyed')),
    timesLess({
      ...line('vend, fast mouth, API key', 'fastByKey', inNext, 'authApp'),
      aim: { least: 35 },
    }),
    timesLess({
      ...line('vend, fast mouth, API key', 'fastByKey', alone, 'authServer'),
      aim: { least: 15 },
    }),
    compared({
      ...line('vend, Next route, API key', 'portableByKey', empty, 'empty'),
      aim: { most: 1.25 },
    }),
    compared({
      ...line('vend, Next route, machine token', 'portableByToken', empty, 'empty'),
      aim: { most: 1.25 },
    }),
    compared(
      line(
        'vend, Next route, API key',
        'portableByKey',
        'the same at a path with a parameter, with as long an answer',
        'emptyAnswer',
      ),
    ),
    timesLess({
      ...line('vend, Next route, API key', 'portableByKey', inNext, 'authApp'),
      aim: { least: 3.8 },
    }),
    timesLess({
      ...line(
        'vend, in process',
        'core',
        'auth.api.getAccessToken with the session',
        'authSession',
      ),
      aim: { least: 15 },
    }),
    timesLess(line('vend, in process', 'core', 'auth.api.getAccessToken by user id', 'authUser')),
    compared({
      ...line(
        "vend, in process, others have used the processor's caches",
        'core',
        'nobody has',
        'core',
      ),
      ours: cpu('coreAmongOthers') - cpu('others'),
    }),
  ]
}
