import type { columns } from '../postgres.ts'

/** The column kit of a dialect. Both look like the one of Postgres, which has no synchronous calls. */
export type Columns = typeof columns
