import { lt } from 'drizzle-orm'
import type { RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible'
import { type Database, database, type Limit } from '#db'
import { countInMemory } from '#db/counters'
import { GrantkeeperError } from '#lib/errors'
import { oncePerProcess } from '#lib/process'

/** How often one user, or one backend job, may call. Nobody is counted before it is known who calls. */
export type Policy = Limit & {
  /** Where calls are counted: by the database, for all instances; or by each instance for itself. */
  counted: 'together' | 'apart'
}

const perMinute = { windowS: 60 }

export const policies = {
  /** A page that looks every second, in ten tabs. */
  read: { name: 'read', calls: 600, ...perMinute, counted: 'together' },
  /** Nobody has so many grants to change; each disconnect calls a third party. */
  write: { name: 'write', calls: 120, ...perMinute, counted: 'together' },
  /** Tickets and completions: two for each time a SPA connects. A completion calls a third party. */
  connect: { name: 'connect', calls: 120, ...perMinute, counted: 'together' },
  /** Twenty a second: more than third parties take from one user. */
  proxy: { name: 'proxy', calls: 1_200, ...perMinute, counted: 'together' },
  /** Ten a second are more than a person needs, and less than a flood. A start writes nothing, nor does this. */
  start: { name: 'start', calls: 600, ...perMinute, counted: 'apart' },
  /** A thousand a second. A token that is fresh costs one read; counting must not cost a write. */
  token: { name: 'token', calls: 60_000, ...perMinute, counted: 'apart' },
} as const satisfies Record<string, Policy>

/** What is left to somebody within a policy. */
export type Quota = { policy: Policy; left: number; resetS: number; isOver: boolean }

/** Counts one call. `who`: what was proven of the caller, never what a header says. */
export async function countCall(policy: Policy, who: string): Promise<Quota> {
  const counter = await counterFor(policy)
  const toQuota = ({ remainingPoints, msBeforeNext }: RateLimiterRes, isOver: boolean) => ({
    ...{ policy, left: remainingPoints, resetS: Math.ceil(msBeforeNext / 1000), isOver },
  })
  return counter.consume(who).then(
    (counted) => toQuota(counted, false),
    (refused: RateLimiterRes | Error) => {
      if (refused instanceof Error) throw refused
      return toQuota(refused, true)
    },
  )
}

/** @throws {GrantkeeperError} `rate_limited`, where no call was left */
export function assertWithin({ isOver, resetS }: Quota): void {
  if (isOver) throw new GrantkeeperError('rate_limited', { retryAfterS: resetS })
}

/** Forgets the windows that are over. */
export async function forgetCounts(now: number): Promise<void> {
  const { db, tables } = await database()
  await db.delete(tables.rateLimits).where(lt(tables.rateLimits.expire, now))
}

async function counterFor(policy: Policy): Promise<RateLimiterAbstract> {
  const made = oncePerProcess(
    'counters',
    () => new WeakMap<object, Map<string, RateLimiterAbstract>>(),
  )
  const source = policy.counted === 'together' ? await database() : apart
  const counters = made.get(source) ?? new Map<string, RateLimiterAbstract>()
  made.set(source, counters)
  const counter = counters.get(policy.name) ?? source.counter(policy)
  counters.set(policy.name, counter)
  return counter
}

const apart: Pick<Database, 'counter'> = oncePerProcess('counters of this process', () => ({
  counter: countInMemory,
}))
