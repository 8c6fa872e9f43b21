import { totalmem } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { openDatabase } from '#db'
import { createDatabase, startPostgres } from '#db/testing/embedded-postgres'
import type { DatabaseKind } from '#e2e/databases'
import { cpuMsOf } from './harness/cpu.ts'
import { type Person, seedGrants } from './harness/grants.ts'
import { startWorker, type Worker } from './harness/in-app.ts'
import {
  type Candidate,
  type Effort,
  interleave,
  type Measured,
  underLoad,
} from './harness/interleave.ts'
import { type Call, roundRobin } from './harness/load.ts'
import { apiKeys, openPlace, type Place } from './harness/place.ts'
import { compared, type Line } from './harness/report.ts'
import { serveApp } from './harness/servers.ts'

const few = 1_000

/** What grows when a thousand connections become a million, on both databases. */
export async function growth(effort: Effort): Promise<Line[]> {
  const many = effort.isQuick ? 100_000 : 1_000_000
  const lines: Line[] = []
  for (const kind of ['sqlite', 'postgres'] as const) {
    const place = await openPlace()
    const [small, large] = [await openSide(place, kind, few), await openSide(place, kind, many)]
    try {
      const measured = await interleave(
        Object.fromEntries([...named('small', small), ...named('large', large)]),
        effort,
      )
      lines.push(...toLines(kind, many, measured))
    } finally {
      await Promise.all([small.stop(), large.stop()])
      await place.close()
    }
  }
  return lines
}

type Side = { candidates: Record<Verb, Candidate>; stop: () => Promise<void> }
type Verb = 'request' | 'vend' | 'list' | 'scan'

function named(name: string, { candidates }: Side) {
  return Object.entries(candidates).map(([verb, once]) => [`${name} ${verb}`, once] as const)
}

/** The app and a worker on a database with so many grants. */
async function openSide(place: Place, kind: DatabaseKind, count: number): Promise<Side> {
  const { databaseUrl, serverCpuMs, stop } = await openStore(place, kind, count)
  const env = await place.envFor(databaseUrl)
  const seeding = { databaseUrl, keys: env.VAULT_KEYS ?? '', issuer: place.issuer.name }
  const people = await seedGrants({ ...seeding, count })
  const keys = await apiKeys(env, 4)
  const app = await serveApp(env)
  const worker = await startWorker(env, 'bench/servers/core.ts')
  // Few enough to stay verified: it is the list that is measured.
  const listing = people.filter((_, index) => index % Math.ceil(people.length / 50) === 0)
  const tokens = await Promise.all(listing.map(({ sub }) => place.issuer.userToken(sub)))
  const subs = people.map(({ sub }) => sub)
  const verb = (name: string, more = {}): Candidate =>
    withServer(serverCpuMs, worker, { verb: name, subs, ...more })
  return {
    candidates: {
      request: unstored(
        underLoad(app, roundRobin(requests(people, keys)), { ...inTime, extraCpuMs: serverCpuMs }),
      ),
      vend: verb('vend'),
      list: verb('list', { tokens }),
      scan: verb('scan'),
    },
    async stop() {
      worker.stop()
      await app.stop()
      await stop()
    },
  }
}

/** With its turn it ends before the uses that it gathered are stored, two seconds after the first of them. */
const inTime = { leadInMs: 700 }

/** Waits until they have been stored, which is not counted, and is not to fall on whoever comes next. */
function unstored(once: Candidate): Candidate {
  return async (forMs) => {
    const sample = await once(forMs)
    await sleep(1_500)
    return sample
  }
}

/** What the worker needs, and what its database server needs for it. */
function withServer(serverCpuMs: () => number, worker: Worker, order: object): Candidate {
  return async (forMs) => {
    const before = serverCpuMs()
    const { count, cpuUs } = await worker.ask({ ...order, forMs })
    return { count, cpuUs: cpuUs + (serverCpuMs() - before) * 1000 }
  }
}

type Store = { databaseUrl: string; serverCpuMs: () => number; stop: () => Promise<void> }

async function openStore(place: Place, kind: DatabaseKind, count: number): Promise<Store> {
  if (kind === 'sqlite') {
    const databaseUrl = await place.newFile(`growth-${count}`)
    return { databaseUrl, serverCpuMs: () => 0, stop: async () => {} }
  }
  // As its manual has it for a server of its own: a quarter of the memory.
  const buffersMiB = Math.floor(totalmem() / 4 / 2 ** 20)
  const { url, stop } = await startPostgres({ settings: [`shared_buffers=${buffersMiB}MB`] })
  const databaseUrl = await createDatabase(url)
  await (await openDatabase(databaseUrl, { migrate: true })).close()
  const pid = await serverPid(databaseUrl)
  return { databaseUrl, serverCpuMs: () => cpuMsOf(pid, { withChildren: true }), stop }
}

/** Of the server itself, which starts a process for each connection. */
async function serverPid(connectionString: string): Promise<number> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  const { rows } = await client.query("select pg_read_file('postmaster.pid') as text")
  await client.end()
  return Number.parseInt(rows[0]?.text, 10)
}

function requests(people: readonly Person[], keys: readonly string[]): Call[] {
  return people.map(({ sub }, index) => ({
    path: '/api/integrations/acme/token',
    method: 'POST' as const,
    headers: {
      authorization: `Bearer ${keys[index % keys.length]}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ user: sub }),
  }))
}

function toLines(kind: DatabaseKind, many: number, measured: Record<string, Measured>): Line[] {
  const line = (what: string, verb: Verb, most?: number) =>
    compared({
      ...{ part: 'growth', unit: 'µs CPU' },
      what: `${what} at ${many.toLocaleString('en')} grants, ${kind}`,
      ours: measured[`large ${verb}`]?.cpuUs ?? Number.NaN,
      beside: `at ${few.toLocaleString('en')}`,
      besideValue: measured[`small ${verb}`]?.cpuUs ?? Number.NaN,
      ...(most === undefined ? {} : { aim: { most } }),
    })
  return [
    {
      ...line('vend by HTTP', 'request', 1.25),
      note: 'the use of each is stored two seconds later',
    },
    line('vend in process, and its use stored', 'vend'),
    line('list in process', 'list', 1.25),
    line('due-scan', 'scan', 1.3),
  ]
}
