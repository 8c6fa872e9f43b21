import { Pool } from 'undici'
import { ask, type Call } from './load.ts'

/** `statuses`: of the answers that failed, and how many had each. */
export type Stormed = {
  failed: number
  statuses: Record<string, number>
  p50: number
  p99: number
}

/** So many callers, each with a connection of its own that is open, spread over some servers. */
export type Crowd = {
  /** All send this at once; when the last has its answer, what came of it. */
  all: (call: Call) => Promise<Stormed>
  leave: () => Promise<void>
}

/** @param hello what each sends once, so that its connection is there */
export async function gather(urls: string[], callers: number, hello: Call): Promise<Crowd> {
  const connections = Math.ceil(callers / urls.length)
  const pools = urls.map((url) => new Pool(url, { connections, pipelining: 1 }))
  const all = async (call: Call): Promise<Stormed> => {
    const times: number[] = []
    const statuses: Record<string, number> = {}
    const one = async (pool: Pool) => {
      const at = performance.now()
      const status = await ask(pool, call)
      if (status !== (call.expected ?? 200)) statuses[status] = (statuses[status] ?? 0) + 1
      times.push(performance.now() - at)
    }
    await Promise.all(pools.flatMap((pool) => Array.from({ length: connections }, () => one(pool))))
    const failed = Object.values(statuses).reduce((sum, count) => sum + count, 0)
    return { failed, statuses, ...percentilesOf(times) }
  }
  await all(hello)
  return { all, leave: async () => void (await Promise.all(pools.map((pool) => pool.close()))) }
}

function percentilesOf(times: number[]): { p50: number; p99: number } {
  const sorted = times.toSorted((one, other) => one - other)
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0
  return { p50: at(0.5), p99: at(0.99) }
}
