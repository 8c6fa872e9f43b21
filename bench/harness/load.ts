import { Pool } from 'undici'

/** One request, and what must come of it. */
export type Call = {
  path: string
  method?: 'GET' | 'POST'
  headers?: Record<string, string>
  body?: string
  /** The status that counts as success: 200 unless it says otherwise. */
  expected?: number
}

export type Load = {
  /** Gives the next request, or undefined when there is none left. */
  next: () => Call | undefined
  connections?: number
  /** How long requests are begun, in milliseconds; default: until `next` has none left. */
  forMs?: number
}

export type Loaded = {
  count: number
  /** Answers of another status than expected: 0 where there was none. */
  failed: number
  failures: Record<string, number>
}

/** Keeps some connections to a server busy, each with one request at a time. */
export async function load(url: string, { next, connections = 16, forMs }: Load): Promise<Loaded> {
  const pool = new Pool(url, { connections, pipelining: 1 })
  const failures: Record<string, number> = {}
  const until = performance.now() + (forMs ?? Number.POSITIVE_INFINITY)
  let count = 0
  const work = async () => {
    for (let call = next(); call && performance.now() < until; call = next()) {
      const status = await ask(pool, call)
      if (status !== (call.expected ?? 200)) failures[status] = (failures[status] ?? 0) + 1
      count += 1
    }
  }
  await Promise.all(Array.from({ length: connections }, work))
  await pool.close()
  const failed = Object.values(failures).reduce((sum, one) => sum + one, 0)
  return { count, failed, failures }
}

/** One after the other, round and round. */
export function roundRobin<T>(all: readonly T[]): () => T {
  let at = 0
  return () => {
    const one = all[at % all.length]
    at += 1
    if (one === undefined) throw new Error('There is nothing to go round')
    return one
  }
}

/** The status of the answer, or the code of what went wrong. */
export async function ask(
  pool: Pool,
  { expected: _, method = 'GET', ...call }: Call,
): Promise<number | string> {
  try {
    const { statusCode, body } = await pool.request({ method, ...call })
    await body.dump()
    return statusCode
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'error'
  }
}
