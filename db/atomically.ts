import type { Query } from 'drizzle-orm'
import type { Handle } from './index.ts'

/**
 * Runs what `build` returns in one transaction, in that order. True: committed. False: a query did not
 * touch (or return) as many rows as expected, or broke a unique index; nothing has changed then.
 * @throws {GrantkeeperError} storage_unavailable: whether it was committed is not known
 */
export type Atomically = (build: (tx: Handle) => Step[]) => Promise<boolean>

/** One query, and how many rows it must touch; `any` where the number does not matter. */
export type Step = { query: { toSQL(): Query }; expect: number | 'any' }

/** A step as text and parameters: it can be run on any connection, whichever it was built on. */
export type Statement = { sql: string; params: unknown[]; expect: number | 'any' }

/** Before the transaction begins, so that nothing of the caller's runs within it. */
export function compile(steps: Step[]): Statement[] {
  return steps.map(({ query, expect }) => ({ ...query.toSQL(), expect }))
}

export function isMiss(statement: Statement, touched: number): boolean {
  return statement.expect !== 'any' && statement.expect !== touched
}
