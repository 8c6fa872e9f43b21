import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterPostgres,
} from 'rate-limiter-flexible'
import type { Limit } from './index.ts'

/** Counts the calls that this process gets. */
export function countInMemory({ name, calls, windowS }: Limit): RateLimiterAbstract {
  return new RateLimiterMemory({ keyPrefix: name, points: calls, duration: windowS })
}

/**
 * Counts in the table `rate_limits`, for all instances. Who has no call left is refused from memory
 * until the window ends, so that a flood does not reach the database. While that is away each instance
 * counts for itself: its failure is told by the queries that need an answer.
 */
export function countForAll(pool: Pool): (limit: Limit) => RateLimiterAbstract {
  // A named statement breaks behind a pooler, and the library names all of its own.
  const storeClient = { query: ({ text, values }: Query) => pool.query(text, values) }
  return (limit) =>
    new RateLimiterPostgres({
      ...{ storeClient, storeType: 'client', tableName: 'rate_limits' },
      // The table is made by our migrations, and tidied by our sweep.
      ...{ tableCreated: true, clearExpiredByTimeout: false },
      ...{ keyPrefix: limit.name, points: limit.calls, duration: limit.windowS },
      inMemoryBlockOnConsumed: limit.calls,
      insuranceLimiter: countInMemory(limit),
    })
}

type Query = { text: string; values?: unknown[] }
type Pool = { query: (text: string, values?: unknown[]) => Promise<unknown> }
