import { setTimeout as sleep } from 'node:timers/promises'
import { countCommits } from './harness/commits.ts'
import { cpuMsOf } from './harness/cpu.ts'
import { seedGrants } from './harness/grants.ts'
import { startWorker } from './harness/in-app.ts'
import type { Effort } from './harness/interleave.ts'
import { load, roundRobin } from './harness/load.ts'
import { apiKeys, openPlace, type Place } from './harness/place.ts'
import { alone, type Line } from './harness/report.ts'
import { serveApp } from './harness/servers.ts'

const vends = 10_000
const people = 100

/** What vending writes, and what it costs to say afterwards who used what. */
export async function writes(_: Effort): Promise<Line[]> {
  const place = await openPlace()
  try {
    const { commits, auditShare } = await measure(place)
    return [
      alone({
        part: 'writes',
        what: `database writes (transactions) per 1,000 vends, of ${people} users`,
        unit: '',
        ours: (commits / vends) * 1000,
        aim: { most: 1 },
      }),
      alone({
        part: 'writes',
        what: 'part of the CPU that the audit takes',
        unit: '%',
        ours: auditShare * 100,
        aim: { most: 5 },
      }),
    ]
  } finally {
    await place.close()
  }
}

async function measure(place: Place): Promise<{ commits: number; auditShare: number }> {
  const databaseUrl = await place.newFile('writes')
  const env = await place.envFor(databaseUrl)
  const seeding = { databaseUrl, keys: env.VAULT_KEYS ?? '', issuer: place.issuer.name }
  const subs = (await seedGrants({ ...seeding, count: people })).map(({ sub }) => sub)
  const [key] = await apiKeys(env, 1)
  const app = await serveApp(env)
  const counter = countCommits(databaseUrl)
  try {
    const call = roundRobin(subs.map((user) => vendFor(user, key)))
    let left = vends
    const before = cpuMsOf(app.pid)
    await load(app.url, { next: () => (left-- > 0 ? call() : undefined) })
    // What was gathered is stored two seconds later.
    await sleep(2_500)
    const cpuUs = (cpuMsOf(app.pid) - before) * 1000
    const commits = counter.read()
    return { commits, auditShare: (await storingUs(env, subs)) / (cpuUs / (commits || 1)) }
  } finally {
    counter.close()
    await app.stop()
  }
}

function vendFor(user: string, key: string | undefined) {
  return {
    path: '/api/integrations/acme/token',
    method: 'POST' as const,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ user }),
  }
}

/** CPU to store once what was gathered of as many users, the median of a few times. */
async function storingUs(env: Record<string, string>, subs: string[]): Promise<number> {
  const worker = await startWorker(env, 'bench/servers/core.ts')
  const times: number[] = []
  for (let time = 0; time < 9; time += 1) {
    await worker.ask({ verb: 'vend', subs, forMs: 50, isUnstored: true })
    times.push((await worker.ask({ verb: 'store', subs, forMs: 0 })).cpuUs)
  }
  worker.stop()
  return times.toSorted((one, other) => one - other)[4] ?? Number.NaN
}
