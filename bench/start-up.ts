import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { memoryMiBOf } from './harness/cpu.ts'
import { seedGrants } from './harness/grants.ts'
import { type Effort, median } from './harness/interleave.ts'
import { type Call, load } from './harness/load.ts'
import { apiKeys, openPlace, type Place } from './harness/place.ts'
import { compared, type Line } from './harness/report.ts'
import type { Served } from './harness/serve.ts'
import { authPeer, serveApp, serveNextPeer } from './harness/servers.ts'

/** From nothing to the first answer, and the memory that it takes. */
export async function startUp({ isQuick, roundMs }: Effort): Promise<Line[]> {
  const place = await openPlace()
  try {
    const programs = await programsAt(place)
    const names = Object.keys(programs) as (keyof typeof programs)[]
    const times = Object.fromEntries(names.map((name) => [name, [] as Started[]]))
    for (let round = 0; round < (isQuick ? 3 : 9); round += 1)
      for (const name of names) times[name]?.push(await once(programs[name].start))
    const start = (name: string): Started => ({
      ms: median((times[name] ?? []).map(({ ms }) => ms)),
      cpuMs: median((times[name] ?? []).map(({ cpuMs }) => cpuMs)),
    })
    const memory = new Map<string, Memory>()
    for (const name of ['ours', 'empty', 'auth'] as const)
      memory.set(name, await memoryOf(programs[name], 2 * roundMs))
    return toLines(start, (name) => memory.get(name) ?? { rest: 0, loaded: 0 })
  } finally {
    await place.close()
  }
}

type Program = { start: () => Promise<Served>; call: Call }
type Started = { ms: number; cpuMs: number }
type Memory = { rest: number; loaded: number }

async function programsAt(
  place: Place,
): Promise<Record<'ours' | 'empty' | 'emptyKept' | 'auth', Program>> {
  const databaseUrl = await place.newFile('start')
  const env = await place.envFor(databaseUrl)
  const seeding = { databaseUrl, keys: env.VAULT_KEYS ?? '', issuer: place.issuer.name }
  await seedGrants({ ...seeding, count: 1 })
  const [key] = await apiKeys(env, 1)
  const auth = await authPeer(place, { count: 1 })
  const kept = { NODE_COMPILE_CACHE: join(place.folder, 'compiled') }
  const authKept = { ...auth.env, ...kept }
  await (await serveNextPeer('empty', kept)).end()
  await (await serveNextPeer('auth-app', authKept, '/api/auth/ok')).end()
  return {
    ours: {
      start: () => serveApp(env),
      call: {
        path: '/api/integrations/acme/token',
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ user: 'auth0|u0' }),
      },
    },
    empty: { start: () => serveNextPeer('empty'), call: { path: '/api/empty' } },
    emptyKept: { start: () => serveNextPeer('empty', kept), call: { path: '/api/empty' } },
    auth: {
      // Its first answer is one of better-auth's own routes: until then it has not been opened.
      start: () => serveNextPeer('auth-app', authKept, '/api/auth/ok'),
      call: {
        path: '/api/auth/get-access-token',
        method: 'POST',
        headers: {
          cookie: auth.cookies[0] ?? '',
          origin: 'http://app.test',
          'content-type': 'application/json',
        },
        body: JSON.stringify({ accountId: 'account0' }),
      },
    },
  }
}

async function once(start: Program['start']): Promise<Started> {
  const server = await start()
  await server.stop()
  return { ms: server.startMs, cpuMs: server.startCpuMs }
}

async function memoryOf({ start, call }: Program, forMs: number): Promise<Memory> {
  const server = await start()
  // What a start puts off is done by then.
  await sleep(3_000)
  const rest = memoryMiBOf(server.pid)
  // As many as one caller may have in a minute, so that all are answered alike.
  let left = 50_000
  await load(server.url, { next: () => (left-- > 0 ? call : undefined), forMs })
  const loaded = memoryMiBOf(server.pid)
  await server.stop()
  return { rest, loaded }
}

function toLines(start: (name: string) => Started, memory: (name: string) => Memory): Line[] {
  const part = 'start-up'
  const empty = 'an empty Next app'
  const inNext = 'better-auth in a Next app'
  const first = { part, what: 'cold start, to the first answer' }
  const timed = (beside: string, other: string) => ({
    ...{ ...first, unit: 'ms', ours: start('ours').ms },
    ...{ beside, besideValue: start(other).ms },
  })
  const inUse = (what: string, key: keyof Memory, beside: string, other: string) =>
    compared({
      ...{ part, what, unit: 'MiB', ours: memory('ours')[key] },
      ...{ beside, besideValue: memory(other)[key] },
    })
  return [
    compared({
      ...timed(empty, 'empty'),
      aim: { most: 1.15 },
      note: 'before it listens the database is opened, the keys are checked against it, and the path of a token is loaded; what is compiled is kept by the build',
    }),
    compared(timed('the same, which keeps what it compiles too', 'emptyKept')),
    compared(timed(`${inNext}, which does so too`, 'auth')),
    compared({
      ...{ ...first, unit: 'ms CPU', ours: start('ours').cpuMs },
      ...{ beside: empty, besideValue: start('empty').cpuMs },
    }),
    inUse('memory at rest', 'rest', empty, 'empty'),
    inUse('memory after a load of vends', 'loaded', empty, 'empty'),
    inUse('memory after a load of vends', 'loaded', inNext, 'auth'),
  ]
}
