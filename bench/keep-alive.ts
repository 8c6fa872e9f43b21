import { setTimeout as sleep } from 'node:timers/promises'
import { openRows } from '#e2e/rows'
import { run } from '#scripts/run'
import { cpuMsOf } from './harness/cpu.ts'
import { seedGrants } from './harness/grants.ts'
import type { Effort } from './harness/interleave.ts'
import { openPlace, type Place } from './harness/place.ts'
import { peers } from './harness/prepare.ts'
import { alone, type Line, timesLess } from './harness/report.ts'
import { surroundings } from './harness/serve.ts'
import { serveApp } from './harness/servers.ts'

const providerMs = 150
const sample = 60

/** Ten thousand refresh tokens that would die unused, renewed beside a loop that goes one by one. */
export async function keepAlive({ isQuick }: Effort): Promise<Line[]> {
  const count = isQuick ? 2_000 : 10_000
  const place = await openPlace({ providerMs })
  try {
    const loopS = ((await loop(place)) / sample) * count
    const { seconds, cpuUs } = await ours(place, count)
    return [
      timesLess({
        part: 'keep-alive',
        what: `${count} due grants renewed, provider ${providerMs} ms`,
        unit: 's',
        ours: seconds,
        beside: `a sequential loop (${sample} measured, scaled)`,
        besideValue: loopS,
        aim: { least: 150 },
      }),
      alone({ part: 'keep-alive', what: 'a renewal', unit: 'µs CPU', ours: cpuUs }),
    ]
  } finally {
    await place.close()
  }
}

/** Seconds that the loop takes for a sample. */
async function loop({ folder, provider }: Place): Promise<number> {
  const env = { BENCH_DATABASE: `${folder}/loop.db`, BENCH_PROVIDER: provider.url }
  const command = [process.execPath, `${peers}/loop.mjs`, String(sample)]
  const { code, output } = await run(command, { env: { ...surroundings(), ...env } })
  if (code !== 0) throw new Error(`The loop failed:\n${output}`)
  return JSON.parse(output)
}

async function ours(place: Place, count: number): Promise<{ seconds: number; cpuUs: number }> {
  const databaseUrl = await place.newFile('keep-alive')
  const env = await place.envFor(databaseUrl)
  const keys = env.VAULT_KEYS ?? ''
  await seedGrants({ databaseUrl, keys, issuer: place.issuer.name, count })
  const app = await serveApp(env)
  const rows = openRows(databaseUrl)
  try {
    const before = cpuMsOf(app.pid)
    await rows.execute(`update grants set refresh_due_at = ${Date.now()}`)
    const begun = performance.now()
    await sweep(app.url, env.CRON_SECRET ?? '')
    const seconds = (performance.now() - begun) / 1000
    await assertRenewed(place, count)
    return { seconds, cpuUs: ((cpuMsOf(app.pid) - before) * 1000) / count }
  } finally {
    await rows.close()
    await app.stop()
  }
}

/** As the platform's clock does it. Where the app's own is at it, this waits for the same round. */
async function sweep(url: string, secret: string): Promise<void> {
  const headers = { authorization: `Bearer ${secret}` }
  const { status } = await fetch(`${url}/api/cron`, { headers })
  if (status !== 200) throw new Error(`The sweep ended with ${status}`)
}

async function assertRenewed({ provider }: Place, count: number): Promise<void> {
  await sleep(200)
  const seen = await (await fetch(`${provider.url}/seen`)).json()
  if (seen.refreshed !== count + sample || seen.refused > 0)
    throw new Error(`Not all were renewed: ${JSON.stringify(seen)}`)
}
