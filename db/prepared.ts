import { and, type Column, eq, fillPlaceholders, type Query, type SQL, sql } from 'drizzle-orm'
import type { Step } from './atomically.ts'
import type { Database } from './index.ts'

/**
 * What `make` prepares, once for each database. On SQLite a prepared query costs an eighth of one that is
 * built anew. `.prepare('')`, without a name: a named statement breaks behind a pooler.
 */
export function preparedOnce<Queries>(make: (opened: Database) => Queries) {
  const known = new WeakMap<Database, Queries>()
  return (opened: Database): Queries => {
    const queries = known.get(opened) ?? make(opened)
    known.set(opened, queries)
    return queries
  }
}

/** A query of a step with its text built here, once. What it gives is that query with these values. */
export function fillable<Values extends Record<string, unknown>>(query: { toSQL(): Query }) {
  const { sql, params } = query.toSQL()
  return (values: Values): Step['query'] => {
    const filled = { sql, params: fillPlaceholders(params, values) }
    return { toSQL: () => filled }
  }
}

/**
 * A placeholder for each name, under that name, as columns are written. Their values reach the driver as
 * they are, past Drizzle's encoders: no column of ours has one.
 */
export function placeholders<Name extends string>(names: readonly Name[]): Record<Name, SQL> {
  const entries = names.map((name) => [name, sql`${sql.placeholder(name)}`])
  return Object.fromEntries(entries)
}

/** Each of these columns is what fills the placeholder of its name. */
export function matching(columns: Record<string, Column>): SQL | undefined {
  const each = Object.entries(columns).map(([name, column]) => eq(column, sql.placeholder(name)))
  return and(...each)
}
